"""Invented groups of a province or a country with a realistic week, as rows of a year and as messages to be played.

Groups have 20 to 500 members (log-normal). People write in office hours, most from 7:30 to 9:00 and from 13:30 to
15:00, little in the evening and at the weekend, and in bursts: one writes, several answer within a minute.
"""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import psycopg

from tests.rig import BOT
from zalo_governor.domain.clock import local, system_clock, to_ms
from zalo_governor.simulator.load.chatter import sentence, without_marks

WEEKS = 52
WATCHED_PER_WEEK = 1_000
"""Messages a week of each office's first group, whose report is measured; the other groups share the rest."""
_WEEK_MINUTES = 7 * 24 * 60
_PEAK = (7 * 60 + 30, 9 * 60)
_HOURS = (
    ((7 * 60, 7 * 60 + 30), 1.5),
    (_PEAK, 8.0),
    ((9 * 60, 11 * 60 + 30), 3.0),
    ((11 * 60 + 30, 13 * 60 + 30), 1.0),
    ((13 * 60 + 30, 15 * 60), 6.0),
    ((15 * 60, 17 * 60 + 30), 3.0),
    ((17 * 60 + 30, 22 * 60), 0.5),
)
"""(minutes of the day) -> how much is written; 0.05 at night, and a tenth of all at the weekend."""
_NIGHT, _WEEKEND = 0.05, 0.1
_FILE_EVERY, _VIOLATION_SHARE, _DIRECTIVE_SHARE = 33, 0.007, 0.004
_BURST_MEAN, _BURST_MOST = 3, 15
_DIRECTIVE = "Yêu cầu các đồng chí báo cáo kết quả việc số {number} về Văn phòng trước 16 giờ ngày mai."
_NAMES = ("An", "Bình", "Chung", "Dũng", "Hòa")
_PLACES = 4096


class Group(NamedTuple):
    """A group of an office; its member 0 is the leader, member 1 the admin."""

    id: str
    number: int
    members: int

    def uid(self, member: int) -> str:
        """Return the Zalo user id of a member, the same in every run."""
        return str(7_200_000_000_000_000_000 + self.number * 1000 + member)

    @property
    def people(self) -> list[dict[str, str]]:
        """Return its members as the simulator wants them."""
        return [
            {"uid": self.uid(member), "name": f"Lò Văn {_NAMES[member % len(_NAMES)]} - Chuyên viên"}
            for member in range(self.members)
        ]


class Said(NamedTuple):
    """A message to be played."""

    second: float
    group: Group
    uid: str
    text: str
    """Empty for a file."""


def groups_of(count: int) -> list[Group]:
    """Return so many groups; the same in every run."""
    chance = random.Random(33)  # noqa: S311 - not for secrecy
    sizes = [min(500, max(20, round(chance.lognormvariate(4.4, 0.7)))) for _ in range(count)]
    return [Group(str(8_000_000_000_000_000_001 + number), number, size) for number, size in enumerate(sizes)]


def morning(groups: Sequence[Group], count: int) -> list[Said]:
    """Return so many messages of a morning's peak in these groups, by second since 7:30."""
    chance = random.Random(count)  # noqa: S311 - not for secrecy
    length = 60.0 * (_PEAK[1] - _PEAK[0])
    said: list[Said] = []
    while len(said) < count:
        [group] = chance.choices(groups, [group.members for group in groups])
        second = chance.uniform(0, length)
        for _ in range(min(_BURST_MOST, 1 + int(chance.expovariate(1 / _BURST_MEAN)), count - len(said))):
            said.append(_said(chance, group, second % length, len(said)))
            second += chance.expovariate(1 / 20)
    return sorted(said)


def _said(chance: random.Random, group: Group, second: float, number: int) -> Said:
    uid, kind = group.uid(chance.randrange(2, group.members)), chance.random()
    if number % _FILE_EVERY == 0:  # Not by chance: files cost most, and steps are compared.
        return Said(second, group, uid, "")
    if kind < _VIOLATION_SHARE:
        return Said(second, group, uid, without_marks(sentence(number)))
    if kind - _VIOLATION_SHARE < _DIRECTIVE_SHARE:
        return Said(second, group, group.uid(0), _DIRECTIVE.format(number=number))
    return Said(second, group, uid, sentence(number))


def fill(url: str, groups: Sequence[Group], rows: int, step: Callable[[], object] = lambda: None) -> None:
    """Store so many judged messages of the last 52 weeks in an office's tables, with a case for every 200th.

    `step` is called after each week. Contents are shared bytes that nothing can decrypt; those of cases are gone.
    """
    first = to_ms(system_clock()) - WEEKS * _WEEK_MS
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("SET synchronous_commit = off")
        server.execute("SET work_mem = '256MB'")
        server.execute("SET enable_nestloop = off")  # the new tables have no statistics yet
        for statement in _TABLES:
            server.execute(statement)
        with server.cursor().copy("COPY speakers (group_id, uid, watched) FROM STDIN") as copied:
            for group in groups:
                for member in range(group.members):
                    copied.write_row((group.id, group.uid(member), group is groups[0]))
        with server.cursor().copy("COPY minutes (minute) FROM STDIN") as copied:
            for minute in _minutes(first):
                copied.write_row((minute,))
        for statement in _PEOPLE:
            server.execute(statement, {"account": BOT})
        others = len(groups) > 1
        for week in range(WEEKS):
            per_week = rows * (week + 1) // WEEKS - rows * week // WEEKS
            watched = min(WATCHED_PER_WEEK, per_week) if others else per_week
            values: dict[str, Any] = {
                "account": BOT,
                "first": first + week * _WEEK_MS,
                "until": first + (week + 1) * _WEEK_MS,
                "count": per_week,
                "watched": watched,
                "body": bytes(random.Random(1).randbytes(400)),  # noqa: S311 - ballast
            }
            for sql in (_HEARD, _JUDGED, _FINDINGS, _CASES, _CASE_EVENTS):
                server.execute(sql.encode(), values)
            step()
        server.execute("VACUUM ANALYZE inbox, events, findings, cases, case_events, persons, person_uids")


_WEEK_MS = timedelta(weeks=1) // timedelta(milliseconds=1)
_TABLES = (
    "CREATE TEMP TABLE speakers (n serial, group_id text, uid text, watched boolean, person_id bigint)",
    "CREATE TEMP SEQUENCE places MINVALUE 0",
    "CREATE TEMP TABLE minutes (place bigint DEFAULT nextval('places'), minute bigint)",
)
_PEOPLE = (
    """INSERT INTO persons (full_name, title, reach)
       SELECT uid, '', 'unknown' FROM speakers WHERE uid NOT IN (SELECT uid FROM person_uids)""",
    """INSERT INTO person_uids (account, uid, person_id)
       SELECT %(account)s, full_name, id FROM persons JOIN speakers ON uid = full_name""",
    "UPDATE persons SET full_name = '' WHERE full_name IN (SELECT uid FROM speakers)",
    "UPDATE speakers s SET person_id = p.person_id FROM person_uids p WHERE p.uid = s.uid",
    "CREATE INDEX ON speakers (n)",
    "ANALYZE speakers",
    "ANALYZE minutes",
)
# Multiplication by a large prime scatters what is chosen over all places.
_HEARD = f"""
WITH here AS (SELECT min(n) AS low, count(*) AS size, watched FROM speakers GROUP BY watched)
INSERT INTO inbox (id, account, thread_id, is_group, kind, key, cli_key, sender_uid, at_ms, source, received_ms,
                   fingerprint, state, body)
SELECT (made.at << 20) | ((i & 4095) << 8), %(account)s, group_id, true, 'message', (made.at * 1000 + i %% 1000)::text,
       made.at::text, uid, made.at, 'live', made.at, decode(md5(i::text || made.at), 'hex'), 'done',
       CASE WHEN i %% 200 <> 7 THEN %(body)s::bytea END
FROM (SELECT i, %(first)s + 60000 * minute + i * 48271 %% 60000 AS at, low + i * 104729 %% size AS chosen
      FROM generate_series(1, %(count)s::bigint) i
      JOIN here ON watched = (i <= %(watched)s)
      JOIN minutes ON place = i * 7919 %% {_PLACES}) made
JOIN speakers ON n = chosen
ORDER BY made.at
ON CONFLICT DO NOTHING
"""  # noqa: S608 - a number of ours
_JUDGED = """
INSERT INTO events (id, group_id, kind, element, person_id, at_ms, judged_ms, source, late, own, revision, sealed,
                    message_type, length, people)
SELECT id, thread_id, 'message_sent', 'message', person_id, at_ms, at_ms, 'live', false, false, false, false,
       'webchat', 120, 0
FROM inbox JOIN speakers ON uid = sender_uid
WHERE id >= %(first)s::bigint << 20 AND id < %(until)s::bigint << 20
ORDER BY id
ON CONFLICT DO NOTHING
"""
_OF_CASES = """
FROM inbox JOIN events USING (id)
WHERE body IS NULL AND inbox.id >= %(first)s::bigint << 20 AND inbox.id < %(until)s::bigint << 20
AND events.id >= %(first)s::bigint << 20 AND events.id < %(until)s::bigint << 20
ORDER BY id
"""
_FINDINGS = (
    """
INSERT INTO findings (event_id, group_id, person_id, rule_id, clause, severity, label, at_ms, shadow, sealed)
SELECT id, group_id, person_id, '3.1-tieng-viet-co-dau', '3.1', 'minor', 'no_diacritics', events.at_ms, false, false
"""
    + _OF_CASES
)
_CASES = (
    """
INSERT INTO cases (group_id, rule_id, clause, severity, label, sealed, person_id, state, opened_ms, event_ms,
                   last_event_ms, count, first_event_id, message_key, late, state_ms)
SELECT group_id, '3.1-tieng-viet-co-dau', '3.1', 'minor', 'no_diacritics', false, person_id,
       CASE WHEN row_number() OVER (ORDER BY id) %% 10 = 0 THEN 'reminded' ELSE 'confirmed' END,
       events.at_ms, events.at_ms, events.at_ms, 1, id, key, false, events.at_ms + 600000
"""
    + _OF_CASES
)
_CASE_EVENTS = """
INSERT INTO case_events (case_id, event_id, group_id, message_key)
SELECT id, first_event_id, group_id, message_key FROM cases
WHERE first_event_id >= %(first)s::bigint << 20 AND first_event_id < %(until)s::bigint << 20
"""


def _minutes(first_ms: int) -> list[int]:
    """Return minutes since the moment `first_ms`, each as often as people write then in a week."""
    began = local(system_clock() - timedelta(weeks=WEEKS))
    shift = (began.weekday() * 24 + began.hour) * 60 + began.minute
    weights = [writing_weight(minute) for minute in range(_WEEK_MINUTES)]
    chance = random.Random(first_ms)  # noqa: S311 - not for secrecy
    return [(minute - shift) % _WEEK_MINUTES for minute in chance.choices(range(_WEEK_MINUTES), weights, k=_PLACES)]


def writing_weight(minute: int) -> float:
    """Return how much is written in a minute of the week, counted from Monday; only the relations matter."""
    day, at = divmod(minute, 24 * 60)
    weight = next((weight for (begin, end), weight in _HOURS if begin <= at < end), _NIGHT)
    return weight * (_WEEKEND if day >= 5 else 1)
