"""What goes wrong in a run, and when: all of it follows from the seed."""

import random
from enum import StrEnum
from typing import NamedTuple

GROUPS = tuple(str(8_000_000_000_000_000_001 + number) for number in range(5))


class Fault(StrEnum):
    """What goes wrong; how it is made stands in `faults.py`."""

    CUT = "cut line"
    BROKEN = "broken connection"
    CLOSED = "close 1000"
    HALF_OPEN = "open line that says nothing"
    HANG = "calls that hang"
    SERVER_ERRORS = "HTTP 5xx"
    INNER_ERRORS = "inner errors"
    LOST_ANSWERS = "lost answers to sends"
    SLOW_SENDS = "slow sends"
    SENDS_PUT_OFF = "sends put off with -69"
    SENDS_UNKNOWN = "sends answered with a code that nobody knows"
    SENDS_EMPTY = "sends answered with nothing"
    SENDS_HANG = "sends that hang"
    COOKIE_ROTATED = "cookie rotated, the old one void"
    COOKIE_EXPIRED = "session expired, a new one given"
    TAKEN_OVER = "3000"
    KICKED = "3003"
    UNDECODABLE = "undecodable frames"
    ZALO_CLOCK_AHEAD = "Zalo's clock ahead"
    ZALO_CLOCK_BEHIND = "Zalo's clock behind"
    BOT_CLOCK_AHEAD = "our clock ahead"
    BOT_CLOCK_BEHIND = "our clock behind"
    DISK_FULL = "disk full"
    LOCKED = "database locked"
    DATABASE_GONE = "database connections broken"
    SERVER_KILLED = "database server killed"
    NETWORK_HANGS = "network to the database hangs"
    HISTORY_SHORT = "history too short"
    RULES_KILLED = "the rules' process killed, time and again"


SECONDS: dict[Fault, tuple[float, float]] = {
    Fault.CUT: (0.5, 2.5),
    Fault.BROKEN: (0.2, 0.5),
    Fault.CLOSED: (0.2, 0.5),
    # Longer than the bot takes to notice.
    Fault.HALF_OPEN: (5.0, 6.0),
    Fault.HANG: (3.5, 4.5),
    Fault.SERVER_ERRORS: (2.0, 3.5),
    Fault.INNER_ERRORS: (2.0, 3.0),
    Fault.LOST_ANSWERS: (1.0, 2.0),
    Fault.SLOW_SENDS: (1.0, 2.0),
    Fault.SENDS_PUT_OFF: (1.5, 2.5),
    Fault.SENDS_UNKNOWN: (1.5, 2.5),
    Fault.SENDS_EMPTY: (1.5, 2.5),
    Fault.SENDS_HANG: (2.0, 3.0),
    Fault.COOKIE_ROTATED: (1.0, 1.5),
    Fault.COOKIE_EXPIRED: (1.5, 2.5),
    Fault.TAKEN_OVER: (0.5, 1.0),
    Fault.KICKED: (0.5, 1.0),
    Fault.UNDECODABLE: (0.3, 1.0),
    Fault.ZALO_CLOCK_AHEAD: (1.0, 2.0),
    Fault.ZALO_CLOCK_BEHIND: (1.0, 2.0),
    Fault.BOT_CLOCK_AHEAD: (1.0, 2.0),
    Fault.BOT_CLOCK_BEHIND: (1.0, 2.0),
    Fault.DISK_FULL: (2.0, 3.0),
    # SQLite lets a writer wait for ten seconds before it says so.
    Fault.LOCKED: (11.0, 12.0),
    Fault.DATABASE_GONE: (0.5, 1.0),
    Fault.SERVER_KILLED: (2.0, 4.0),
    Fault.NETWORK_HANGS: (4.0, 8.0),
    Fault.HISTORY_SHORT: (1.5, 2.5),
    Fault.RULES_KILLED: (2.0, 3.0),
}
"""How long each lasts: between so many and so many seconds."""


class Act(NamedTuple):
    """A fault that begins once so many messages have been said."""

    after: int
    fault: Fault
    seconds: float
    kill_after: float | None
    """The bot is killed so many seconds after the beginning; None where it is not killed in this fault."""


class Plan(NamedTuple):
    """One run."""

    seed: int
    messages: int
    acts: tuple[Act, ...]
    kills: tuple[int, ...]
    """The bot is killed, with nothing else wrong, once so many messages have been said."""
    short: tuple[str, ...]
    """The groups whose history ends too soon, one after the other."""


_STORE = frozenset({Fault.DISK_FULL, Fault.LOCKED, Fault.DATABASE_GONE, Fault.SERVER_KILLED, Fault.NETWORK_HANGS})
_UNKILLED = _STORE | {
    Fault.COOKIE_ROTATED,
    Fault.COOKIE_EXPIRED,
    Fault.LOST_ANSWERS,
    Fault.SENDS_HANG,
    Fault.HISTORY_SHORT,
}
"""Killed in these, the bot may rightly refuse to start, or nobody could tell whose fault a repeated notice is."""


def make_plan(seed: int, messages: int, *, kills: int, without: frozenset[Fault] = frozenset()) -> Plan:
    """Each fault once in random order, the short history in two groups; half of the kills fall into other faults."""
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    faults = [fault for fault in Fault if fault not in without]
    short = chance.sample(GROUPS, 2)
    faults += [Fault.HISTORY_SHORT, Fault.CUT]
    chance.shuffle(faults)
    killed_in = set(chance.sample([at for at, fault in enumerate(faults) if fault not in _UNKILLED], kills // 2))
    after = sorted(chance.sample(range(messages // 50, messages * 9 // 10), len(faults)))
    acts = []
    for at, fault in enumerate(faults):
        seconds = chance.uniform(*SECONDS[fault])
        acts.append(Act(after[at], fault, seconds, chance.uniform(0, seconds) if at in killed_in else None))
    alone = sorted(chance.sample(range(messages // 50, messages * 9 // 10), kills - kills // 2))
    return Plan(seed, messages, tuple(acts), tuple(alone), tuple(short))
