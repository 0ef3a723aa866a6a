"""Finding words in bytes, in whatever form a program may have written them."""

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path


def traces(words: Iterable[str], files: Iterable[Path]) -> list[str]:
    """`file: word in form` for every word that is in a file in clear or in a transparent encoding."""
    wanted = [(word, form, written) for word in words for form, written in forms(word)]
    return [
        f"{path.name}: {word!r} in {form}"
        for path in files
        if path.is_file()
        for content in [path.read_bytes()]
        for word, form, written in wanted
        if written in content
    ]


def forms(word: str) -> Iterator[tuple[str, bytes]]:
    """The name of each form, and the bytes that the word becomes in it whatever stands around it."""
    yield "UTF-8", word.encode()
    yield "UTF-16", word.encode("utf-16-le")
    escaped = json.dumps(word)[1:-1]
    yield "JSON", escaped.encode()
    for text in dict.fromkeys((word, escaped)):
        for skipped in range(3):
            yield f"base64, {skipped} bytes in", _within_base64(text.encode(), skipped)


def _within_base64(content: bytes, skipped: int) -> bytes:
    """The part of the base64 of anything that ends with the content, which depends on the content alone."""
    encoded = base64.b64encode(bytes(skipped) + content)
    shared_with_what_stands_before = (0, 2, 3)[skipped]
    whole = (skipped + len(content)) // 3 * 4
    return encoded[shared_with_what_stands_before:whole]
