"""`python -m tests.bench trace`: whether and how fast an altered, leaked text is traced to its message."""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from tests.bench.texts.measuring import share
from zalo_governor.cli.trace import texts_of
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.clock import from_ms, system_clock, to_ms
from zalo_governor.domain.inbound import ElementKind, Entry, Source
from zalo_governor.features.analysis.leak_tracing import origins
from zalo_governor.rules.loader import read_lines
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.message_reader import MessageReader
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.text.fold import fold

_ACCOUNT, _GROUP, _MEMBER = "7000000000000000001", "8000000000000000001", "7000000000000000002"
_BATCH = 1000
_ALTERED_IN_ALL_WAYS = 20
"""Number of copies that are altered in all ways together; no goal is set for them."""


class _Times(NamedTuple):
    """Wall-clock and processor seconds, one value for each trace."""

    wall: list[float]
    processor: list[float]


def trace(
    messages: Annotated[int, typer.Option(min=1, help="How many messages the group has said.")] = 50_000,
    leaks: Annotated[int, typer.Option(min=1, help="How many altered copies are traced.")] = 200,
    seed: Annotated[int, typer.Option(help="Another seed, other messages.")] = 20261124,
) -> None:
    """Trace copies that were cut, stripped of diacritics, re-ordered or rewritten, through an encrypted database."""
    draw = random.Random(seed)  # noqa: S311  repeatable on purpose
    said = list(_messages(messages, draw))
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}", Keys(draw.randbytes(32)), system_clock)
        database.migrate()
        ids = _fill(database, said)
        times = _Times([], [])
        ranks: dict[str, list[int | None]] = {name: [] for name in _ALTERED}
        for number in range(leaks):
            name = list(_ALTERED)[number % len(_ALTERED)]
            meant = draw.randrange(messages)
            ranks[name].append(_rank(database, ids[meant], _ALTERED[name](said[meant], draw), times))
        at_once = [
            _rank(database, ids[m], _altered_in_all_ways(said[m], draw), times)
            for m in draw.sample(range(messages), _ALTERED_IN_ALL_WAYS)
        ]
        database.close()
    _print(ranks, at_once, times, messages)


def _rank(database: Database, meant: int, leaked: str, times: _Times) -> int | None:
    wall, processor = time.perf_counter(), time.process_time()
    found = origins(leaked, texts_of(MessageReader(database, _ACCOUNT), from_ms(0)), count=_SHOWN)
    times.wall.append(time.perf_counter() - wall)
    times.processor.append(time.process_time() - processor)
    ids = [origin.id for origin in found]
    return ids.index(meant) if meant in ids else None


def _print(ranks: dict[str, list[int | None]], at_once: list[int | None], times: _Times, messages: int) -> None:
    every = [rank for of_kind in ranks.values() for rank in of_kind]
    for name, of_kind in [*ranks.items(), ("any of these", every), ("all at once", at_once)]:
        typer.echo(f"{name:<14} first      {share(sum(rank == 0 for rank in of_kind), len(of_kind))}")
        typer.echo(f"{name:<14} in three   {share(sum(rank is not None for rank in of_kind), len(of_kind))}")
    for kind, seconds in times._asdict().items():
        p50, p99 = (sorted(seconds)[min(int(len(seconds) * at), len(seconds) - 1)] for at in (0.50, 0.99))
        typer.echo(f"{kind:<9} time of one trace through {messages:,} messages: p50 {p50:.2f} s, p99 {p99:.2f} s")


def _messages(count: int, draw: random.Random) -> Iterator[str]:
    """Generate messages of an office group: two sentences of the corpus with a place, a number and a time."""
    lines = [line for line in read_lines(shipped_config() / "benign" / "messages.vi.txt") if line.count(" ") >= _WORDS]
    syllables = sorted({word.strip('.,:;?()"').lower() for line in lines for word in line.split() if word.isalpha()})
    for _ in range(count):
        place = " ".join(draw.choice(syllables).title() for _ in range(2))
        about = f"bản {place} số {draw.randrange(1, 900)}, {draw.randrange(24)} giờ {draw.randrange(60)}"
        yield f"{draw.choice(lines)} {about}. {draw.choice(lines)}"


def _fill(database: Database, said: list[str]) -> list[int]:
    """Store the messages in the encrypted inbox and return their inbox ids."""
    inbox = Inbox(database, _ACCOUNT)
    now_ms = to_ms(system_clock())
    ids: list[int] = []
    for start in range(0, len(said), _BATCH):
        admitted = inbox.admit(
            [
                Entry(
                    account=_ACCOUNT,
                    thread_id=_GROUP,
                    is_group=True,
                    kind=ElementKind.MESSAGE,
                    key=str(number),
                    cli_key=None,
                    sender_uid=_MEMBER,
                    at_ms=now_ms,
                    source=Source.LIVE,
                    received_ms=now_ms,
                    fingerprint=blake2b(text.encode(), digest_size=16).digest(),
                    raw={"msgId": str(number), "content": text},
                    seal=None,
                )
                for number, text in enumerate(said[start : start + _BATCH], start=start)
            ]
        )
        ids.extend(one.id for one in admitted)
    return ids


def _shortened(text: str, draw: random.Random) -> str:
    words = text.split()
    length = max(_WORDS, len(words) // 2)
    start = draw.randrange(max(1, len(words) - length))
    return " ".join(words[start : start + length])


def _reordered(text: str, draw: random.Random) -> str:
    words = text.split()
    draw.shuffle(words)
    return " ".join(words)


def _reworded(text: str, draw: random.Random) -> str:
    """Replace 30 % of the words by other words."""
    words = text.split()
    for place in draw.sample(range(len(words)), k=round(len(words) * 0.3)):
        words[place] = draw.choice(_OTHER_WORDS)
    return " ".join(words)


def _altered_in_all_ways(text: str, draw: random.Random) -> str:
    return fold(_reworded(_shortened(text, draw), draw))


_SHOWN = 3
_WORDS = 6
_OTHER_WORDS = tuple("và thì là các của được trong cho khi ngày hôm nay báo cáo đồng chí xã tỉnh họp gửi nhé ạ".split())  # noqa: SIM905
_ALTERED: dict[str, Callable[[str, random.Random], str]] = {
    "shortened": _shortened,
    "no marks": lambda text, _draw: fold(text),
    "re-ordered": _reordered,
    "30 % changed": _reworded,
}
