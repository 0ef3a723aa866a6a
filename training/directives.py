"""Train the tables that read directives and replies to them: `python -m training.directives`.

Reads the lines of the writers in `training/directives/` and, as messages that order nothing, the project's own chat
(`training/corpus/`). Writes `directive.classes`, `deadline.classes`, `reply.classes` and `addressees.spans` beside
`zalo_governor/text/`. `python -m training.measure_directives` measures them on writers left out.
"""

import hashlib
import json
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from training.classes import Example, Settings, fit
from training.patterns import SEED
from training.span_labels import labels_for
from zalo_governor.rules.loader import read_lines
from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.directives import deadlines, orders, replies
from zalo_governor.text.directives.addressees import EVERYBODY, NONE, features_of_tokens, pack_spans
from zalo_governor.text.directives.names import tokens_of
from zalo_governor.text.directives.orders import features_of_order
from zalo_governor.text.directives.reader import ORDERING_ROLES
from zalo_governor.text.directives.replies import features_of_reply
from zalo_governor.text.directives.times import named_times
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import normalise

COMMAND = "python -m training.directives"
SETTINGS = Settings(loose=0.05)
_HERE = Path(__file__).parent
LINES = _HERE / "directives"
MADE_FROM = _HERE / "directives.sum"
"""File with the fingerprint of the examples from which the shipped tables were trained."""
_TABLES = _HERE.parent / "zalo_governor" / "text"
_WEIGHT_OF_CHAT = 0.1
_WEIGHT_WITHOUT_MARKS = 0.4
_WEIGHT_OF_OTHER_TIMES = 0.4
_WEIGHT_OF_CHANGED = 0.3
"""Weight of a message whose time was moved to the front, see `_with_time_first`."""
_SHORT = 160
"""Most characters of a message whose time is moved."""
_OF_CHAT = datetime(2026, 3, 2, 8)  # noqa: DTZ001 - local times have no offset here
"""When the lines of chat, which have no time, are taken to be sent."""
_CHAT = ("daily", "binh-luan", "chuyen-tro", "meetings", "reports", "hard-clean", "replies", "codemix")
_TALK = ("daily", "chuyen-tro", "binh-luan", "noi-kieu-ban-be")
_LESS_RELUCTANT = 0.4
"""What is taken off the weight of "no addressee" at each token, see `fit_spans`."""
_EVERY_OF_BARE = 3
"""The table of addressees learns one directive in so many without diacritics as well."""
_VARIANTS = 1
"""How many more lines the table of addressees learns from each directive, with other addressees put in."""


class Line(NamedTuple):
    """A labelled message that may be a directive."""

    writer: str
    text: str
    role: str
    directive: bool
    addressees: tuple[str, ...]
    sent_at: datetime
    deadline: datetime | None
    changed: bool = False
    """Whether the line was made from a writer's by moving its time to the front."""


class Reply(NamedTuple):
    """A labelled reply to a directive."""

    writer: str
    directive: str
    reply: str
    label: str


def main() -> None:
    """Train the tables; write them and the fingerprint of their examples."""
    known, answered = lines(), reply_lines()
    (_TABLES / "directive.classes").write_bytes(fit(list(order_examples(known)), SETTINGS))
    (_TABLES / "deadline.classes").write_bytes(fit(list(time_examples(known)), SETTINGS))
    (_TABLES / "reply.classes").write_bytes(fit(list(reply_examples(answered)), SETTINGS))
    (_TABLES / "addressees.spans").write_bytes(fit_spans(known))
    MADE_FROM.write_text(fingerprint() + "\n", encoding="ascii")


def fingerprint() -> str:
    """Return the SHA-256 of all examples, which shows whether the shipped tables were trained from them."""
    known, answered = lines(), reply_lines()
    whole = hashlib.sha256()
    for examples in (order_examples(known), time_examples(known), reply_examples(answered)):
        for group, label, facts, weight in examples:
            whole.update(repr((group, label, sorted(facts), weight)).encode("utf-8", "surrogatepass"))
    for facts_of_tokens, labels in span_examples(known):
        whole.update(repr((facts_of_tokens, labels)).encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


def lines(folder: Path = LINES) -> list[Line]:
    """Read the writers' messages."""
    return [
        Line(
            writer, normalise(said["text"]).text, said["sender_role"], said["label"] == orders.DIRECTIVE,
            tuple(normalise(name).text for name in said["addressees"]), datetime.fromisoformat(said["sent_at"]),
            datetime.fromisoformat(said["deadline"]) if said["deadline"] else None,
        )
        for writer, said in _rows(folder, "directives.jsonl")
    ]  # fmt: skip


def reply_lines(folder: Path = LINES) -> list[Reply]:
    """Read the writers' replies."""
    return [
        Reply(writer, normalise(said["directive"]).text, normalise(said["reply"]).text, said["label"])
        for writer, said in _rows(folder, "replies.jsonl")
    ]


def _rows(folder: Path, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield (writer, JSON object) of each line; the first line of a file describes its writer."""
    for path in sorted(folder.glob(f"*/{name}")):
        for row in path.read_text(encoding="utf-8").splitlines()[1:]:
            yield path.parent.name, json.loads(row)


def order_examples(known: Sequence[Line]) -> Iterator[Example]:
    """Generate the examples of directives and other messages, with and without diacritics."""
    for line in known:
        if line.role in ORDERING_ROLES:
            label = orders.DIRECTIVE if line.directive else orders.OTHER
            yield from _both_ways(line.writer, label, line.text, partial(_facts_of_order, line.role, line.sent_at))
    for line in _with_time_first(known):
        label = orders.DIRECTIVE if line.directive else orders.OTHER
        yield Example(line.writer, label, _facts_of_order(line.role, line.sent_at, line.text), _WEIGHT_OF_CHANGED)
    dice = random.Random(f"{SEED} chat")
    for text in _corpus(_CHAT)[::2]:
        role = dice.choice(("leader", "leadership", "admin", "admin"))
        yield Example("", orders.OTHER, _facts_of_order(role, _OF_CHAT, text), _WEIGHT_OF_CHAT)
    for text in _corpus(("directives",)):
        role = dice.choice(("leader", "leader", "leadership"))
        yield Example("", orders.DIRECTIVE, _facts_of_order(role, _OF_CHAT, text), _WEIGHT_OF_CHAT)


def time_examples(known: Sequence[Line]) -> Iterator[Example]:
    """Generate the examples of named times: a directive's deadline, and other times of messages to the group.

    What follows a deadline may be another deadline and is left out.
    """
    for line in (*known, *_with_time_first(known)):
        if line.role not in ORDERING_ROLES:
            continue
        times = named_times(line.text, line.sent_at)
        hit = next((at for at, named in enumerate(times) if named.moment == line.deadline), None)
        if line.deadline and hit is None:
            continue
        weight = 1.0 if line.directive else _WEIGHT_OF_OTHER_TIMES
        weight *= _WEIGHT_OF_CHANGED if line.changed else 1.0
        for which in range(len(times) if hit is None else hit + 1):
            label = deadlines.DEADLINE if which == hit else deadlines.OTHER
            facts = frozenset(deadlines.features_of_time(line.text, times, which, line.sent_at))
            yield Example(line.writer, label, facts, weight)


def reply_examples(known: Sequence[Reply]) -> Iterator[Example]:
    """Generate the examples of replies, with and without diacritics, and of chat that answers nothing."""
    for line in known:
        yield from _both_ways(line.writer, line.label, line.reply, partial(features_of_reply, directive=line.directive))
    dice = random.Random(f"{SEED} replies")
    for text in _corpus(_TALK)[::3]:
        facts = features_of_reply(text, dice.choice(known).directive)
        yield Example("", replies.NEITHER, facts, _WEIGHT_OF_CHAT)


def span_examples(known: Sequence[Line]) -> Iterator[tuple[list[list[str]], list[str]]]:
    """Generate the examples of addressees: of each directive and its variants, features and label of each token."""
    ordered = [line for line in known if line.directive]
    for line in [*ordered, *_variants(ordered), *map(_without_marks, ordered[::_EVERY_OF_BARE])]:
        tokens = tokens_of(line.text)
        if tokens:
            times = named_times(line.text, line.sent_at)
            yield features_of_tokens(line.text, tokens, times), labels_for(line.text, tokens, line.addressees)


def _without_marks(line: Line) -> Line:
    names = tuple(name if name == EVERYBODY else fold(name) for name in line.addressees)
    return line._replace(text=fold(line.text), addressees=names)


def fit_spans(known: Sequence[Line]) -> bytes:
    """Train the table of addressees and return it in packed form."""
    import pycrfsuite  # noqa: PLC0415 - only needed to train

    trainer = pycrfsuite.Trainer(verbose=False)
    for facts, labels in span_examples(known):
        trainer.append(facts, labels)
    trainer.set_params({"c1": 0.05, "c2": 0.3, "max_iterations": 100, "feature.minfreq": 2})
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.crf")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)
        made = tagger.info()
        tagger.close()
    # The model rather misses an addressee than names a wrong one; the office is told of both, so they weigh alike.
    moves = {
        (one, to): weight - (_LESS_RELUCTANT if to == NONE else 0.0) for (one, to), weight in made.transitions.items()
    }
    return pack_spans(sorted(made.labels), moves, made.state_features)


def _facts_of_order(role: str, sent_at: datetime, text: str) -> frozenset[str]:
    return features_of_order(text, role, named_times(text, sent_at), sent_at)


def _with_time_first(known: Iterable[Line]) -> Iterator[Line]:
    """Generate each short message with its deadline, or its last time if it has none, moved to the front.

    Writers of neat sentences name the deadline last, people on the phone first; so the tables learn both.
    """
    for line in known:
        if line.role not in ORDERING_ROLES or len(line.text) > _SHORT or "\n" in line.text:
            continue
        times = named_times(line.text, line.sent_at)
        if line.deadline:
            times = [named for named in times if named.moment == line.deadline][:1]
        if not times or (line.directive and not line.deadline):
            continue
        start, end = times[-1].start, times[-1].end
        before, after = line.text[:start].rstrip(" ,-–:("), line.text[end:]
        if not before:
            continue
        rest = (before + after).strip()
        rest = rest if rest[:2].isupper() else rest[:1].lower() + rest[1:]
        said = line.text[start:end].strip()
        joint = (" ", ", ", ": ")[len(line.text) % 3]
        yield line._replace(text=said[:1].upper() + said[1:] + joint + rest, changed=True)


def _both_ways(writer: str, label: str, text: str, features: Callable[[str], frozenset[str]]) -> Iterator[Example]:
    """Yield the example of a text, and with less weight that of the text without diacritics."""
    yield Example(writer, label, features(text))
    if has_marks(text.lower()):
        yield Example(writer, label, features(fold(text)), _WEIGHT_WITHOUT_MARKS)


def _corpus(names: Iterable[str]) -> list[str]:
    return [normalise(text).text for name in names for text in read_lines(_HERE / "corpus" / f"{name}.txt")]


def _variants(known: Sequence[Line]) -> Iterator[Line]:
    """Generate variants of each directive, in which other addressees stand: those of other lines, or invented people.

    So the table learns where addressees stand, rather than which names the writers like.
    """
    dice = random.Random(f"{SEED} addressees")
    names: dict[str, list[str]] = {"person": [], "people": [], "agency": []}
    for line in known:
        for name in line.addressees:
            if name != EVERYBODY:
                names[_kind_of(name)].append(name)
    for line in known:
        for _ in range(_VARIANTS if line.addressees else 0):
            text, at, put = line.text, 0, []
            for name in line.addressees:
                start = text.find(name, at)
                if name == EVERYBODY or start < 0:
                    put.append(name)
                    continue
                begins = start == 0 or text[max(0, start - 2) : start].strip() in _BREAKS
                other = _other_name(names, _kind_of(name), dice, begins=begins)
                text = text[:start] + other + text[start + len(name) :]
                at = start + len(other)
                put.append(other)
            yield line._replace(text=text, addressees=tuple(put))


def _other_name(names: dict[str, list[str]], kind: str, dice: random.Random, *, begins: bool) -> str:
    """Return a name to put in for one of that kind; capitalised where it begins a sentence."""
    fate = dice.random()
    if begins and fate < _SHARE_OF_BARE_NAMES:
        return dice.choice(_GIVEN)
    if fate < _SHARE_OF_BARE_NAMES + _SHARE_OF_FULL_NAMES:
        name = dice.choice(_HONOURS) + dice.choice(_FAMILIES) + dice.choice(_GIVEN)
    else:
        name = dice.choice(names[kind if fate > _SHARE_OF_OTHER_KINDS else dice.choice(sorted(names))])
    return name[:1].upper() + name[1:] if begins else name


def _kind_of(name: str) -> str:
    first = fold(name).split(" ")[0].rstrip(".")
    if first in _PERSONAL or name.startswith("@"):
        return "person"
    return "people" if first in _PLURAL or first.isdigit() else "agency"


_SHARE_OF_BARE_NAMES, _SHARE_OF_FULL_NAMES, _SHARE_OF_OTHER_KINDS = 0.2, 0.1, 0.5
_BREAKS = frozenset({"", ".", "!", "?", ":", "-", "\n"})
_PERSONAL = frozenset({"d/c", "dc", "dong", "anh", "chi", "a", "c", "em", "e", "co", "chu", "bac", "ong", "ba"})
_PLURAL = frozenset({"cac", "moi", "toan", "nhung", "may"})
_HONOURS = ("đồng chí ", "đ/c ", "anh ", "chị ")
_FAMILIES = ("", "Nguyễn Văn ", "Hoàng Thị ", "Lò Văn ", "Vàng A ")
_GIVEN = (
    "Hùng", "Lan", "Hoa", "Sơn", "Tuấn", "Linh", "Tài", "Bình", "Dũng", "Nam", "Hải", "Thắng", "Mai", "Hương", "Nga",
    "Hiền", "Páo", "Chía", "Minh", "Quang", "Trung", "Đức", "Long", "Khánh", "Vinh", "Phúc", "Ngọc", "Thu", "Tâm",
)  # fmt: skip


if __name__ == "__main__":
    main()
