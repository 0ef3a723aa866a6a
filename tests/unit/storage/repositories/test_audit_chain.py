"""Whatever hand was at the audit log: what it did is named, and where."""

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zalo_governor.domain.audit import AuditHead, ChainReport, Fault, FaultKind, PrintedHead
from zalo_governor.storage.repositories.audit_chain import ChainCheck, Link

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
FORGED = b"f" * 32


def linking(before: bytes, content: bytes) -> bytes:
    return hashlib.blake2b(before + content, key=b"k", digest_size=32).digest()


def log(count: int, salt: str = "") -> list[Link]:
    rows, link = [], b""
    for number in range(1, count + 1):
        content = f"row {number}{salt}".encode()
        link = linking(link, content)
        rows.append(Link(number, AT, content, link))
    return rows


def head_of(rows: list[Link]) -> AuditHead:
    return AuditHead(len(rows), rows[-1].link if rows else b"")


def look(rows: list[Link], head: AuditHead | None, printed: PrintedHead | None = None) -> ChainReport:
    check = ChainCheck(linking, head, printed)
    for row in rows:
        check.take(row)
    return check.report()


def fault(kind: FaultKind, row_id: int | None, count: int = 1) -> Fault:
    return Fault(kind, row_id, None if row_id is None else AT, count)


@given(st.integers(0, 30), st.integers(0, 5))
def test_a_log_that_nobody_touched_holds_also_while_it_grows(count: int, more: int) -> None:
    rows = log(count + more)
    assert look(rows, head_of(rows[:count])).faults == ()


@given(count=st.integers(1, 20), data=st.data())
def test_a_changed_row_is_named(count: int, data: st.DataObject) -> None:
    rows, place = log(count), data.draw(st.integers(0, count - 1))
    head = head_of(rows)
    row = rows[place]
    rows[place] = data.draw(st.sampled_from([row._replace(content=b"other"), row._replace(link=FORGED)]))
    assert look(rows, head).faults == (fault(FaultKind.CHANGED, place + 1),)


@given(count=st.integers(1, 20), forged=st.integers(1, 3), data=st.data())
def test_rows_put_in_are_named(count: int, forged: int, data: st.DataObject) -> None:
    rows, place = log(count), data.draw(st.integers(0, count))
    head = head_of(rows)
    rows[place:place] = [Link(100 + number, AT, b"forged", FORGED) for number in range(forged)]
    assert look(rows, head).faults == tuple(fault(FaultKind.INSERTED, 100 + number) for number in range(forged))


@given(count=st.integers(2, 20), data=st.data())
def test_rows_taken_out_are_counted_before_the_row_that_is_left(count: int, data: st.DataObject) -> None:
    rows, first = log(count), data.draw(st.integers(0, count - 2))
    taken = data.draw(st.integers(1, count - 1 - first))
    head = head_of(rows)
    del rows[first : first + taken]
    assert look(rows, head).faults == (fault(FaultKind.REMOVED, first + taken + 1, taken),)


@given(count=st.integers(1, 20), data=st.data())
def test_a_cut_tail_is_counted_after_the_row_that_is_left(count: int, data: st.DataObject) -> None:
    rows, left = log(count), data.draw(st.integers(0, count - 1))
    assert look(rows[:left], head_of(rows)).faults == (fault(FaultKind.TAIL_CUT, left or None, count - left),)


def test_what_is_written_on_after_a_cut_does_not_hide_it() -> None:
    rows = log(10)
    del rows[6:9]
    assert look(rows, head_of(log(10))).faults == (fault(FaultKind.REMOVED, 10, 3),)


def test_two_faults_far_apart_are_both_named() -> None:
    rows = log(12)
    head = head_of(rows)
    rows[2] = rows[2]._replace(content=b"other")
    del rows[7]
    assert look(rows, head).faults == (fault(FaultKind.CHANGED, 3), fault(FaultKind.REMOVED, 9, 1))


@given(count=st.integers(1, 12), data=st.data())
def test_whatever_is_done_to_it_does_not_go_unseen(count: int, data: st.DataObject) -> None:
    rows = log(count)
    head = head_of(rows)
    touched = list(rows)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, max(len(touched) - 1, 0)))
        match data.draw(st.sampled_from(["change", "put in", "take out", "swap"])):
            case "change" if touched:
                touched[place] = touched[place]._replace(content=data.draw(st.binary(max_size=4)))
            case "put in":
                touched.insert(place, Link(count + 1, AT, data.draw(st.binary(max_size=4)), FORGED))
            case "take out" if touched:
                del touched[place]
            case "swap" if touched:
                touched[place], touched[-1] = touched[-1], touched[place]
    same = [row[2:] for row in touched] == [row[2:] for row in rows]
    assert (look(touched, head).faults == ()) is same


def test_a_log_without_its_head_is_said_to_have_none() -> None:
    assert look(log(3), None).faults == (fault(FaultKind.NO_HEAD, 3, 0),)
    assert look([], None).faults == ()


def test_a_log_put_back_to_an_older_state_shows_against_a_printed_head() -> None:
    printed = PrintedHead.read(str(head_of(log(9))))
    old = log(6)
    assert look(old, head_of(old), printed).faults == (fault(FaultKind.SHORTER, 6, 3),)
    written_on = old + [row._replace(link=b"") for row in log(12)[6:]]
    link = old[-1].link
    for place in range(6, 12):
        link = linking(link, b"after")
        written_on[place] = Link(place + 1, AT, b"after", link)
    assert look(written_on, head_of(written_on), printed).faults == (fault(FaultKind.OTHER_PAST, 9),)
    assert look(log(12), head_of(log(12)), printed).faults == ()


@pytest.mark.parametrize("text", ["", "12", "12-", "x-0123456789abcdef", "12-0123456789abcdeg", "12-0123"])
def test_what_is_no_printed_head_is_not_taken_for_one(text: str) -> None:
    with pytest.raises(ValueError, match="16 ký tự"):
        PrintedHead.read(text)
