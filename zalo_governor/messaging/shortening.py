"""Fitting a message into the limit of its kind: shorter forms of its parts, then without its optional sentences."""

import re
from collections.abc import Mapping

from zalo_governor.messaging.templates import Template

_PEOPLE = frozenset({"who", "by", "names"})
"""Fields that name people; their titles and agencies are left out late, as readers know people by these."""
_SUBJECT = "rows"
"""The field that tells what happened; it is shortened after the optional sentences."""
_KNOWN = frozenset({"group", "place", "when"})
"""Fields with the group and the time; they are shortened first, as readers know these."""
_LAST = ("unapproved", "told")
"""Optional sentences that are left out last: that a change is not known to be approved, and who was told of it."""
_BLANKS = re.compile(" {2,}")
_BROKEN_LINES = re.compile(" *\n[ \n]*")


class Shortenable(str):
    """A text that has a shorter form, used in messages that would otherwise be over their limit."""

    __slots__ = ("short",)
    short: str

    def __new__(cls, text: str, short: str) -> "Shortenable":
        """Return `text` with the shorter form `short`, such as a name without title."""
        made = super().__new__(cls, text)
        made.short = short
        return made

    def __reduce__(self) -> tuple[type["Shortenable"], tuple[str, str]]:
        """Return how `pickle` makes the text anew when it is passed to another process."""
        return Shortenable, (str(self), self.short)


def shortest(text: str) -> str:
    """Return the shorter form of the text, or the text itself if it has none."""
    return text.short if isinstance(text, Shortenable) else text


def fitted(template: Template, fields: Mapping[str, object]) -> str:
    """Return the template filled in; if that is over its limit, its parts are shortened one by one until it fits.

    They are shortened or left out in this order: names of groups and other `Shortenable` fields, optional sentences,
    the rows that tell what happened, titles of people (these first where the person is the reader), then the sentences
    that a change is not approved and who was told. Words are never cut, so that a message whose parts have no shorter
    form may stay over the limit. A message without a limit is `Shortenable` itself if one of its fields is.
    """
    said = _filled(template, fields)
    short = [name for name, value in fields.items() if isinstance(value, Shortenable)]
    if template.limit is None:
        return Shortenable(said, _filled(template, {**fields, **_short_forms(fields, short)})) if short else said
    people = [_short_forms(fields, [name]) for name in short if name in _PEOPLE]
    subject = [_short_forms(fields, [name]) for name in short if name == _SUBJECT]
    # Those in `_KNOWN` come first, then by name.
    named = sorted({*short} - _PEOPLE - {_SUBJECT}, key=lambda name: (name not in _KNOWN, name))
    others = [_short_forms(fields, [name]) for name in named]
    left_out: list[dict[str, object]] = [
        {name: ""} for name in template.leave_out if fields[name] and name not in _LAST
    ]
    last: list[dict[str, object]] = [{name: ""} for name in _LAST if name in template.leave_out]
    if template.addressed:
        steps = [*people, *others, *left_out, *subject, *last]
    else:
        steps = [*others, *left_out, *subject, *people, *last]
    for step in steps:
        if len(said) <= template.limit:
            break
        fields = {**fields, **step}
        said = _filled(template, fields)
    return said


def _short_forms(fields: Mapping[str, object], names: list[str]) -> dict[str, object]:
    return {name: value.short for name in names if isinstance(value := fields[name], Shortenable)}


def _filled(template: Template, fields: Mapping[str, object]) -> str:
    """Return the template filled in, without the blanks that left out sentences leave behind."""
    said = template.text.format_map(fields)
    if not template.leave_out:
        return said
    return _BLANKS.sub(" ", _BROKEN_LINES.sub("\n", said)).strip()
