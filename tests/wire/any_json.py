"""Elements of the corpus in which one or two fields hold any JSON."""

import copy
import json
from contextlib import suppress
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.unit.zalo.wiring import GROUP
from tests.wire.corpus import frame_of, lines
from zalo_governor.domain.inbound import RawDict

Path = tuple[str | int, ...]

ARRAYS = {"msgs", "groupMsgs", "reacts", "reactGroups", "delivereds", "seens", "groupSeens", "controls"}
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
    | st.sampled_from(["", "0", "{", "[1]", '{"action":"msginfo.x"}', "rtf", "chat.photo", GROUP, "-1", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@cache
def seeds() -> list[tuple[str, RawDict]]:
    """(array of the frame, element) of every element of the corpus."""
    found = []
    for line in lines():
        _, _, data = frame_of(line.row)
        for array, items in data.items():
            if isinstance(items, list) and array in ARRAYS:
                found += [(array, item) for item in items if isinstance(item, dict)]
    return found


def unpacked(value: Any) -> Any:
    """What a string that holds JSON holds; any other value itself."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        with suppress(ValueError):
            return json.loads(value)
    return value


def paths(value: Any, before: Path = ()) -> list[Path]:
    """Every place in a JSON value; JSON in strings counts too."""
    found: list[Path] = [before]
    value = unpacked(value)
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        found += paths(inner, (*before, step))
    return found


def planted(value: Any, path: Path, new: Any) -> Any:
    """The value with something else at a place; a string that holds JSON goes on holding it."""
    if not path:
        return new
    if isinstance(value, str):
        return json.dumps(planted(json.loads(value), path, new))
    changed = copy.copy(value)
    changed[path[0]] = planted(value[path[0]], path[1:], new)
    return changed


@st.composite
def changed_elements(draw: st.DrawFn) -> RawDict:
    """The data of a frame with one element of the corpus, in which one or two fields hold anything."""
    array, element = draw(st.sampled_from(seeds()))
    for _ in range(draw(st.integers(1, 2))):
        element = planted(element, draw(st.sampled_from(paths(element))), draw(ANY))
        if not isinstance(element, dict):
            break
    return {array: [element]}
