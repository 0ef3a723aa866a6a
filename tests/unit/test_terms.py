"""What people read says each thing by one name: the words of docs/thuat-ngu.md, and none that it rules out."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "thuat-ngu.md"
_TYPED = "[quản trị nhóm, quản trị, quản trị viên]"
"""What offices type for the role in their lists of members: config/roster.yaml takes any of these words."""
_VIETNAMESE = re.compile("[ăâđêôơưạảãàáậầấẩẫặằắẳẵệềếểễịỉĩìíọỏõòóộồốổỗợờớởỡụủũùúựừứửữỵỷỹỳý]", re.IGNORECASE)


class Term(NamedTuple):
    """A row of the table of terms."""

    name: str
    wrong: list[str]
    allowed: list[str]
    """Phrases in which a wrong word is right."""


def _terms(text: str) -> list[Term]:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines() if "|" in line]
    return [
        Term(name, *(list(filter(None, map(str.strip, cell.split(";")))) for cell in (wrong, allowed)))
        for name, _, wrong, allowed in rows[2:]
    ]


TERMS = _terms(TABLE.read_text(encoding="utf-8"))


def _wrong_words(text: str) -> list[str]:
    """Return `line: word, say: term` for each wrong word of the text; its first letter may be a capital."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        for term in TERMS:
            plain = line.replace(_TYPED, "")
            for phrase in term.allowed:
                plain = plain.replace(phrase, "")
            for word in term.wrong:
                pattern = rf"(?<!\w)[{word[0].lower()}{word[0].upper()}]{re.escape(word[1:])}(?!\w)"
                found += [f"{number}: {word}, say: {term.name}"] * len(re.findall(pattern, plain))
    return found


def _is_vietnamese(path: Path) -> bool:
    return bool(_VIETNAMESE.search(path.read_text(encoding="utf-8").partition("\n")[0]))


READ = [
    *sorted((ROOT / "config").glob("*.yaml")),
    *(path for path in sorted((ROOT / "docs").rglob("*.md")) if path != TABLE and _is_vietnamese(path)),
]
SAID = [
    path
    for package in ("app", "cli", "doctor", "setup", "features", "messaging", "config")
    for path in sorted((ROOT / "zalo_governor" / package).rglob("*.py"))
]


@pytest.mark.parametrize("path", READ, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_people_read_uses_the_terms(path: Path) -> None:
    assert not _wrong_words(path.read_text(encoding="utf-8"))


def test_the_terminal_uses_the_terms() -> None:
    found = {str(path.relative_to(ROOT)): _wrong_words(path.read_text(encoding="utf-8")) for path in SAID}
    assert not {path: words for path, words in found.items() if words}


def test_the_table_is_read() -> None:
    assert len(TERMS) > 25
    assert _wrong_words("Khoảng trống: 3") == ["1: khoảng trống, say: gián đoạn, thời gian gián đoạn"]
    assert _wrong_words("Nội dung được niêm phong; mã để trong phong bì niêm phong") == [
        "1: niêm phong, say: nội dung không được lưu"
    ]
    assert _wrong_words("Quản trị Nhóm xem gián đoạn") == []
