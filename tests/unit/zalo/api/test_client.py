import json
from collections.abc import Callable, Collection, Sequence

import pytest
from structlog.testing import capture_logs

from tests.unit.zalo.conftest import USER_AGENT
from tests.unit.zalo.standin import LOGIN, Answer, Call, StandIn, inner
from tests.unit.zalo.wiring import ACCOUNT, GROUP, MEMBER, NOW_MS, elements, message
from zalo_governor.domain.attachments import NotChecked
from zalo_governor.domain.clock import from_ms, system_clock
from zalo_governor.domain.connection import BackfillEnd
from zalo_governor.domain.errors import (
    SendDeferredError,
    SendError,
    SendRefusedError,
    SendTooLongError,
    SendUncertainError,
    SendWaitsError,
)
from zalo_governor.domain.inbound import Element, Source
from zalo_governor.domain.jobs import Job, JobOutcome, RemoveMessage
from zalo_governor.domain.notices import Notice, Outgoing, Purpose, Reception
from zalo_governor.zalo.api.client import NEWEST, HistoryEnd, ZaloClient
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.errors import EmptyAnswerError, NotInGroupError, ZaloCallError, ZaloError
from zalo_governor.zalo.history.backfill import Backfill
from zalo_governor.zalo.http.error_codes import MEANINGS, Meaning, meaning_of
from zalo_governor.zalo.http.file_download import FetchError

Open = Callable[..., ZaloSession]
SMS, SENDMSG = "/api/message/sms", "/api/group/sendmsg"
DELETE = "/api/group/deletemsg"
HISTORY = "/api/cm/getrecentv2"
OLD_HISTORY = "/api/cm/getoldv2"


def outgoing(*, is_group: bool = False) -> Outgoing:
    """A notice on its way out."""
    notice = Notice(
        account="1",
        thread_id=GROUP if is_group else MEMBER,
        is_group=is_group,
        text="Kính gửi đồng chí",
        purpose=Purpose.REPLY,
        group_id=GROUP,
        created_at=from_ms(NOW_MS),
    )
    return Outgoing(id=1, client_id=1_790_000_000_123, attempts=1, repeated=False, notice=notice)


@pytest.fixture
def client(zalo: StandIn, open_session: Open) -> ZaloClient:
    """A client of a session that is logged in and impatient."""
    session = open_session(timeout=0.4)
    session.login()
    return ZaloClient(session, system_clock)


@pytest.mark.parametrize(("is_group", "path", "addressee"), [(True, SENDMSG, "grid"), (False, SMS, "toid")])
def test_a_text_goes_out_under_our_own_client_id(
    zalo: StandIn, client: ZaloClient, is_group: bool, path: str, addressee: str
) -> None:
    zalo.answers[path] = inner({"msgId": 5_000_000_000_001})
    assert client.send(outgoing(is_group=is_group)).msg_id == "5000000000001"
    call = zalo.calls[-1]
    assert call.params["clientId"] == 1_790_000_000_123
    assert call.params["message"] == "Kính gửi đồng chí"
    assert call.params[addressee] == (GROUP if is_group else MEMBER)
    assert call.params["imei"] == "imei-1"
    assert call.query["nretry"] == ["0"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (inner(None, 122, "không nhận tin nhắn"), SendRefusedError),
        (inner(None, 118, "tin quá dài"), SendTooLongError),
        (inner(None, 112, "tin quá dài"), SendTooLongError),
        (Answer({"error_code": 114, "error_message": ""}), SendRefusedError),
        (inner(None, 221, "quá nhiều"), SendDeferredError),
        (Answer({}, 429), SendDeferredError),
        (inner(None, 102), SendDeferredError),
        (Answer({}, 500), SendUncertainError),
        (Answer(b"<html>"), SendUncertainError),
        (Answer({"error_code": 0, "data": None}), SendUncertainError),
        (inner(None), SendUncertainError),
        (inner({"msgId": "1"})._replace(hang=1.0), SendUncertainError),
    ],
)
def test_what_became_of_a_send_is_said_and_it_is_never_repeated(
    zalo: StandIn, client: ZaloClient, answer: Answer, error: type[SendError]
) -> None:
    zalo.answers[SMS] = answer
    with pytest.raises(error):
        client.send(outgoing())
    assert zalo.paths().count(SMS) == 1


@pytest.mark.parametrize("code", [*MEANINGS, 998, -1])
def test_every_code_of_the_table_has_its_outcome_and_one_that_nobody_knows_is_waited_for(
    zalo: StandIn, client: ZaloClient, code: int
) -> None:
    zalo.answers[SMS] = inner(None, int(code), "…")
    with pytest.raises(SendError) as caught:
        client.send(outgoing())
    match meaning_of(code):
        case Meaning.WAIT | Meaning.SESSION | Meaning.PAUSE | Meaning.ONCE_MORE:
            assert isinstance(caught.value, SendDeferredError)
            assert caught.value.known
        case Meaning.UNKNOWN:
            assert isinstance(caught.value, SendDeferredError)
            assert (caught.value.known, caught.value.code) == (False, code)
        case meaning:
            assert isinstance(caught.value, SendRefusedError)
            assert isinstance(caught.value, SendTooLongError) == (meaning is Meaning.TOO_LONG)
            assert caught.value.addressee_refuses == (meaning is Meaning.ADDRESSEE_REFUSES)


@pytest.mark.parametrize("is_group", [False, True], ids=["private", "group"])
def test_zalo_is_asked_whether_a_message_in_doubt_has_arrived(
    zalo: StandIn, client: ZaloClient, *, is_group: bool
) -> None:
    doubtful = outgoing(is_group=is_group)
    own = {"msgId": "77", "uidFrom": "0", "idTo": doubtful.notice.thread_id, "cliMsgId": str(doubtful.client_id)}
    shown = {**own, "ts": str(NOW_MS), "msgType": "webchat", "content": "…"}
    path = "/api/cm/getrecentv2" if is_group else "/api/preloadconvers/get-last-msgs"
    answer = {"groupMsgs" if is_group else "msgs": [shown]}
    zalo.answers[path] = inner(json.dumps(answer) if is_group else answer)
    assert client.find_sent(doubtful) == Reception(msg_id="77")
    assert client.find_sent(doubtful.model_copy(update={"client_id": 5})) is None


@pytest.mark.parametrize("is_group", [False, True], ids=["private", "group"])
def test_an_echo_that_was_received_settles_a_doubt_without_asking_zalo(
    zalo: StandIn, open_session: Open, *, is_group: bool
) -> None:
    session = open_session()
    session.login()
    doubtful, calls = outgoing(is_group=is_group), len(zalo.calls)
    echo = message(uidFrom="0", idTo=doubtful.notice.thread_id, cliMsgId=str(doubtful.client_id))
    session.echoes.note(elements(Source.BACKFILL, **{"groupMsgs" if is_group else "msgs": [echo]}))
    assert ZaloClient(session, system_clock).find_sent(doubtful) == Reception(msg_id=echo["msgId"])
    assert len(zalo.calls) == calls


def test_a_refusal_carries_zalos_code(zalo: StandIn, client: ZaloClient) -> None:
    zalo.answers[SMS] = inner(None, 122, "không nhận tin nhắn")
    with pytest.raises(SendRefusedError) as caught:
        client.send(outgoing())
    assert caught.value.code == 122


def test_after_code_123_the_message_is_tried_once_more_and_then_the_addressee_refuses(
    zalo: StandIn, client: ZaloClient
) -> None:
    zalo.answers[SMS] = inner(None, 123, "không nhận tin nhắn")
    with pytest.raises(SendDeferredError) as once:
        client.send(outgoing())
    assert (once.value.code, once.value.delay) == (123, 120.0)
    with pytest.raises(SendRefusedError) as again:
        client.send(outgoing().model_copy(update={"last_code": 123}))
    assert again.value.addressee_refuses


def test_code_221_pauses_that_endpoint_alone(zalo: StandIn, client: ZaloClient) -> None:
    zalo.answers |= {SMS: inner(None, 221, "quá nhiều"), SENDMSG: inner({"msgId": "5"})}
    for last_code, code, delay in ((None, 221, 40.0), (None, None, 30.0), (221, 221, 40.0)):
        with pytest.raises(SendDeferredError) as caught:
            client.send(outgoing().model_copy(update={"last_code": last_code}))
        assert (caught.value.code, round(caught.value.delay)) == (code, delay)
    assert zalo.paths().count(SMS) == 1
    assert client.send(outgoing(is_group=True)).msg_id == "5"


def test_the_text_of_a_code_that_nobody_knows_is_logged(zalo: StandIn, client: ZaloClient) -> None:
    zalo.answers[SMS] = inner(None, 998, "Không gửi được!")
    with capture_logs() as logged, pytest.raises(SendDeferredError):
        client.send(outgoing())
    [line] = [line for line in logged if line["event"] == "unknown_send_code"]
    assert (line["code"], line["why"]) == (998, "khong_gui_duoc_")


def test_a_send_without_a_connection_certainly_did_not_go_out(zalo: StandIn, open_session: Open) -> None:
    session = open_session(timeout=0.4)
    session.login()
    session.close()
    zalo.stop()
    with pytest.raises(SendDeferredError):
        ZaloClient(session, system_clock).send(outgoing())


def test_a_dead_session_is_renewed_so_that_the_next_send_succeeds(zalo: StandIn, client: ZaloClient) -> None:
    answers = iter([inner(None, 102), inner({"msgId": "5"})])
    zalo.answers[SMS] = lambda _call: next(answers)
    with pytest.raises(SendDeferredError) as caught:
        client.send(outgoing())
    assert caught.value.delay <= 1
    assert zalo.paths().count(LOGIN) == 2
    assert client.send(outgoing()).msg_id == "5"


def test_after_code_600_sends_wait_without_a_login_and_without_a_storm_of_calls(
    zalo: StandIn, client: ZaloClient
) -> None:
    zalo.answers[SMS] = inner(None, 600, "zpw_sek wrong")
    for _ in range(5):
        with pytest.raises(SendWaitsError) as caught:
            client.send(outgoing())
        assert caught.value.delay >= 30
    assert (zalo.paths().count(SMS), zalo.paths().count(LOGIN)) == (1, 1)


def test_a_session_that_expires_again_right_after_its_renewal_is_dead_and_not_renewed_again_and_again(
    zalo: StandIn, client: ZaloClient
) -> None:
    zalo.answers[SMS] = inner(None, 102)
    for kind in (SendDeferredError, SendWaitsError, SendWaitsError):
        with pytest.raises(kind):
            client.send(outgoing())
    assert (zalo.paths().count(SMS), zalo.paths().count(LOGIN)) == (2, 2)


def test_a_dead_session_that_cannot_be_renewed_waits_longer(zalo: StandIn, client: ZaloClient) -> None:
    zalo.answers |= {SMS: inner(None, 102), LOGIN: Answer({"error_code": 102, "data": None})}
    with pytest.raises(SendDeferredError) as caught:
        client.send(outgoing())
    assert caught.value.delay > 10


def test_a_group_is_seen_with_its_members_names_and_global_ids(zalo: StandIn, client: ZaloClient) -> None:
    uids = [str(7000 + number) for number in range(250)]
    info = {
        "groupId": GROUP,
        "name": "Nhóm tỉnh Mẫu",
        "creatorId": "7000",
        "adminIds": ["7001"],
        "memVerList": [f"{uid}_3" for uid in uids],
        "currentMems": [{"id": "7002", "dName": "Tên cũ"}],
        "totalMember": 300,
        "setting": {"lockViewMember": 1},
        "e2ee": 1,
    }
    zalo.answers["/api/group/getmg-v2"] = inner({"gridInfoMap": {GROUP: info}})

    def profiles(call: Call) -> Answer:
        asked = [entry.split("_")[0] for entry in call.params["friend_pversion_map"]]
        known = {
            uid: {"displayName": f"Đ/c {uid}", "zaloName": f"Z{uid}", "globalId": f"G{uid}"}
            for uid in asked
            if uid != "7002"
        }
        return inner({"changed_profiles": known, "unchanged_profiles": {}})

    zalo.answers["/api/social/friend/getprofiles/v2"] = profiles
    snapshot, members = client.group(GROUP)
    assert (snapshot.name, snapshot.owner_uid, snapshot.co_admin_uids) == ("Nhóm tỉnh Mẫu", "7000", ("7001",))
    assert (len(snapshot.member_uids), snapshot.total_members, snapshot.members_hidden) == (250, 300, True)
    assert (snapshot.settings, snapshot.encrypted) == ({"lockViewMember": 1}, True)
    assert [member.uid for member in members] == uids
    assert (members[0].display_name, members[0].zalo_name, members[0].global_id) == ("Đ/c 7000", "Z7000", "G7000")
    assert (members[2].display_name, members[2].global_id) == ("Tên cũ", None)
    assert [len(c.params["friend_pversion_map"]) for c in zalo.calls if "getprofiles" in c.path] == [50] * 5


def test_a_group_that_zalo_does_not_show_is_said_so(zalo: StandIn, client: ZaloClient) -> None:
    zalo.answers["/api/group/getmg-v2"] = inner({"gridInfoMap": {}, "removedsGroup": [GROUP]})
    with pytest.raises(NotInGroupError):
        client.group(GROUP)


@pytest.mark.parametrize("half", [None, {}, {"unchangedsGroup": []}])
def test_an_answer_without_what_was_asked_for_says_nothing_of_groups_or_messages(
    zalo: StandIn, client: ZaloClient, half: object
) -> None:
    zalo.answers |= {"/api/group/getmg-v2": inner(half), "/api/preloadconvers/get-last-msgs": inner(half)}
    for ask in (lambda: client.group(GROUP), client.last_messages, client.newest):
        with pytest.raises(EmptyAnswerError):
            ask()


class Past:
    """A group's history as Zalo gives it: pages of 50, newest first, inside a JSON string."""

    def __init__(self, zalo: StandIn, count: int, wrong_ms: Callable[[int], int] = lambda number: 0) -> None:
        self._messages = [
            message(number, idTo=f"g{GROUP}", ts=str(NOW_MS - count + number + wrong_ms(number)))
            for number in range(count)
        ]
        self.refusals: list[Answer] = []
        self.pages_before_refusal = 0
        self.end: dict[str, int] = {"hasMore": 0}
        """What the page says beyond which there is nothing."""
        self.old_below = 0
        """msgId below which Zalo refers to getoldv2."""
        zalo.answers[HISTORY] = self.answer
        zalo.answers[OLD_HISTORY] = self.answer_old

    def answer(self, call: Call) -> Answer:
        if self.refusals and not self.pages_before_refusal:
            return self.refusals.pop(0)
        self.pages_before_refusal = max(0, self.pages_before_refusal - 1)
        return self._page(call, self.old_below)

    def answer_old(self, call: Call) -> Answer:
        return self._page(call, 0)

    def _page(self, call: Call, above: int) -> Answer:
        cursor = int(call.params["globalMsgId"])
        older = [raw for raw in reversed(self._messages) if above <= int(raw["msgId"]) < cursor]
        page = older[:50]
        body = {"error": 0, "groupMsgs": page, "lastMsgId": page[-1]["msgId"] if page else "0", "isOld": 0}
        body |= {"hasMore": 1} if len(older) > len(page) or ("isFiltered" in self.end and page) else self.end
        return inner(json.dumps(body | ({"isOld": 1} if above and len(older) <= 50 else {})))


def key(number: int) -> str:
    """The msgId of message number so-and-so."""
    return str(5_000_000_000_000 + number)


def test_a_page_of_the_history_is_newest_first(zalo: StandIn, client: ZaloClient) -> None:
    Past(zalo, 60)
    page = client.recent(GROUP)
    assert [element.key for element in page.elements] == [key(number) for number in range(59, 9, -1)]
    assert page.end is None
    assert all(element.source is Source.BACKFILL and element.thread_id == GROUP for element in page.elements)
    assert (zalo.calls[-1].params["globalMsgId"], zalo.calls[-1].params["src"]) == ("9223372036854775808", 1)
    last = client.recent(GROUP, page.cursor)
    assert (zalo.calls[-1].params["globalMsgId"], zalo.calls[-1].params["src"]) == (str(page.cursor), 3)
    assert len(last.elements) == 10
    assert last.end is HistoryEnd.BEGINNING


@pytest.mark.parametrize(
    "page",
    [{"error": 500, "groupMsgs": [], "hasMore": 0}, {}, {"hasMore": 0}],
    ids=["error", "nothing", "no messages named"],
)
def test_a_page_with_an_error_or_without_its_messages_is_a_failure_and_no_empty_page(
    zalo: StandIn, client: ZaloClient, page: dict[str, object]
) -> None:
    zalo.answers[HISTORY] = inner(json.dumps(page))
    with pytest.raises(ZaloError):
        client.recent(GROUP)


@pytest.mark.parametrize("success", ["0", None])
def test_a_code_of_success_that_comes_as_text_or_null_is_no_error(
    zalo: StandIn, client: ZaloClient, success: str | None
) -> None:
    answer = inner(json.dumps({"error": success, "groupMsgs": [], "hasMore": 0}))
    zalo.answers[HISTORY] = answer._replace(body=answer.body | {"error_code": success})
    assert client.recent(GROUP).elements == []


def test_a_read_logs_in_again_and_repeats_itself_once(zalo: StandIn, client: ZaloClient) -> None:
    past = Past(zalo, 3)
    past.refusals = [inner(None, 102)]
    assert len(client.recent(GROUP).elements) == 3


_BEFORE, _AFTER = 1, 2
"""Numbers of inbox entries, before the gap and after it."""


def recovered(
    zalo: StandIn,
    client: ZaloClient,
    stored: set[str],
    slept: list[float],
    *,
    since: Collection[str] = (),
    max_pages: int = 40,
    oldest: int | None = 0,
    since_ms: int = 0,
    login_is_older: bool = False,
) -> tuple[list[str], BackfillEnd, int]:
    """Keys as they were handed on, how it ended, and how often it asked.

    `stored` was heard before the gap, `since` after it.
    """
    entries = dict.fromkeys(since, _AFTER) | dict.fromkeys(stored, _BEFORE)

    def numbers(keys: list[str]) -> dict[str, int]:
        return {key: entries[key] for key in keys if key in entries}

    def sleep(seconds: float) -> bool:
        slept.append(seconds)
        return True

    elements: list[Element] = []
    backfill = Backfill(client, pause=1.5, sleep=sleep)
    asked = len(zalo.calls)
    end = backfill.recover(
        GROUP,
        numbers,
        elements.extend,
        max_pages,
        heard_id=_BEFORE,
        oldest=oldest,
        since_ms=since_ms,
        login_is_older=login_is_older,
    )
    return [element.key for element in elements], end, len(zalo.calls) - asked


def test_a_gap_of_120_messages_is_recovered_oldest_first(zalo: StandIn, client: ZaloClient) -> None:
    Past(zalo, 300)
    slept: list[float] = []
    keys, end, pages = recovered(zalo, client, {key(number) for number in range(180)}, slept)
    assert end is BackfillEnd.REACHED
    assert keys == sorted(keys)
    assert {key(number) for number in range(180, 300)} <= set(keys)
    assert pages == 3
    assert slept == [1.5, 1.5]


def test_a_message_that_came_before_an_older_one_does_not_hide_what_was_missed(
    zalo: StandIn, client: ZaloClient
) -> None:
    Past(zalo, 300)
    keys, end, _ = recovered(zalo, client, {key(number) for number in [*range(100), *range(200, 220)]}, [])
    assert end is BackfillEnd.REACHED
    assert {key(number) for number in [*range(100, 200), *range(220, 300)]} <= set(keys)


@pytest.mark.parametrize("wrong_ms", [-90_000, 90_000], ids=["behind", "ahead"])
def test_a_leap_of_zalos_clock_hides_nothing_that_was_missed(zalo: StandIn, client: ZaloClient, wrong_ms: int) -> None:
    Past(zalo, 300, lambda number: wrong_ms if 210 <= number < 255 else 0)
    heard = {key(number) for number in [*range(180), *range(205, 220), *range(250, 258)]}
    keys, end, _ = recovered(zalo, client, heard, [])
    assert end is BackfillEnd.REACHED
    assert {key(number) for number in range(300)} - heard <= set(keys)


def test_where_all_but_little_was_heard_one_page_is_enough(zalo: StandIn, client: ZaloClient) -> None:
    Past(zalo, 300)
    keys, end, pages = recovered(zalo, client, {key(number) for number in range(275)}, [])
    assert (end, pages) == (BackfillEnd.REACHED, 1)
    assert {key(number) for number in range(275, 300)} <= set(keys)


def test_what_was_said_before_we_came_is_left_alone(zalo: StandIn, client: ZaloClient) -> None:
    Past(zalo, 300)
    keys, end, pages = recovered(zalo, client, {key(280)}, [], oldest=int(key(280)))
    assert (end, pages) == (BackfillEnd.REACHED, 1)
    assert keys == [key(number) for number in range(280, 300)]


def test_a_history_that_ends_before_anything_known_leaves_the_gap_open(zalo: StandIn, client: ZaloClient) -> None:
    Past(zalo, 70)
    assert recovered(zalo, client, set(), [])[1:] == (BackfillEnd.EXHAUSTED, 2)
    assert recovered(zalo, client, set(), [], oldest=None)[1:] == (BackfillEnd.REACHED, 2)


def test_where_nothing_was_heard_yet_what_was_said_before_the_gap_is_left_alone(
    zalo: StandIn, client: ZaloClient
) -> None:
    Past(zalo, 300)
    keys, end, pages = recovered(zalo, client, set(), [], oldest=None, since_ms=NOW_MS - 70)
    assert (keys, end, pages) == ([key(number) for number in range(230, 300)], BackfillEnd.REACHED, 2)


def test_a_history_that_shows_nothing_before_the_login_is_unreachable_unless_something_heard_before_was_met(
    zalo: StandIn, client: ZaloClient
) -> None:
    Past(zalo, 70).end = {"hasMore": 1, "isFiltered": 1}
    assert recovered(zalo, client, set(), [])[1:] == (BackfillEnd.UNREACHABLE, 3)
    assert recovered(zalo, client, {key(1)}, [])[1] is BackfillEnd.REACHED
    assert recovered(zalo, client, set(), [], oldest=None)[1] is BackfillEnd.UNREACHABLE
    whole = recovered(zalo, client, set(), [], oldest=None, login_is_older=True)
    assert (len(whole[0]), whole[1]) == (70, BackfillEnd.REACHED)


def test_a_history_that_says_more_and_leads_no_further_ends_and_leaves_the_gap_open(
    zalo: StandIn, client: ZaloClient
) -> None:
    Past(zalo, 70).end = {"hasMore": 1}
    zalo.answers[HISTORY] = inner(json.dumps({"groupMsgs": [], "lastMsgId": "0", "hasMore": 1}))
    assert recovered(zalo, client, set(), [])[1:] == (BackfillEnd.EXHAUSTED, 1)
    same = {"groupMsgs": [message(1)], "lastMsgId": str(NEWEST), "hasMore": 1}
    zalo.answers[HISTORY] = inner(json.dumps(same))
    assert recovered(zalo, client, {key(1)}, [])[1:] == (BackfillEnd.EXHAUSTED, 1)


def test_what_is_old_is_asked_for_by_the_other_call(zalo: StandIn, client: ZaloClient) -> None:
    past = Past(zalo, 130)
    past.old_below = int(key(60))
    keys, end, pages = recovered(zalo, client, {key(number) for number in range(30)}, [])
    assert (end, pages) == (BackfillEnd.REACHED, 4)
    assert {key(number) for number in range(30, 130)} <= set(keys)
    assert [call.path for call in zalo.calls[-4:]] == [HISTORY, HISTORY, OLD_HISTORY, OLD_HISTORY]


def test_a_deep_gap_is_bounded(zalo: StandIn, client: ZaloClient) -> None:
    Past(zalo, 300)
    keys, end, pages = recovered(zalo, client, set(), [], max_pages=3)
    assert (len(keys), end, pages) == (150, BackfillEnd.EXHAUSTED, 3)


def test_what_was_heard_since_makes_a_gap_no_deeper(zalo: StandIn, client: ZaloClient) -> None:
    Past(zalo, 300)
    before, since = ({key(number) for number in numbers} for numbers in (range(40), range(90, 300)))
    keys, end, pages = recovered(zalo, client, before, [], since=since, max_pages=2)
    assert (end, pages) == (BackfillEnd.REACHED, 6)
    assert {key(number) for number in range(40, 90)} <= set(keys)


def test_even_of_what_is_known_not_everything_is_asked_for(
    zalo: StandIn, client: ZaloClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zalo_governor.zalo.history.backfill._MOST_PAGES", 4)
    Past(zalo, 300)
    _, end, pages = recovered(zalo, client, set(), [], since={key(number) for number in range(300)})
    assert (end, pages) == (BackfillEnd.EXHAUSTED, 4)


def test_a_very_deep_gap_is_handed_on_in_parts_so_that_a_kill_costs_one_part(zalo: StandIn, client: ZaloClient) -> None:
    Past(zalo, 1300)
    parts: list[list[str]] = []

    def take(elements: Sequence[Element]) -> None:
        parts.append([element.key for element in elements])

    backfill = Backfill(client, pause=0, sleep=lambda seconds: True)
    end = backfill.recover(
        GROUP, lambda keys: {k: _BEFORE for k in keys if k == key(0)}, take, heard_id=_BEFORE, oldest=0, since_ms=0
    )
    assert end is BackfillEnd.REACHED
    assert [part == sorted(part) for part in parts] == [True, True]
    assert parts[1] + parts[0] == [key(number) for number in range(1300)]


def test_a_stop_ends_it_at_the_next_pause(zalo: StandIn, client: ZaloClient) -> None:
    Past(zalo, 300)
    taken: list[Element] = []
    backfill = Backfill(client, pause=0, sleep=lambda seconds: False)
    end = backfill.recover(GROUP, lambda keys: {}, taken.extend, heard_id=_BEFORE, oldest=0, since_ms=0)
    assert end is BackfillEnd.INTERRUPTED
    assert len(taken) == 50


def test_a_history_that_is_refused_for_now_is_waited_for(zalo: StandIn, client: ZaloClient) -> None:
    past = Past(zalo, 10)
    past.refusals = [inner(None, -69), inner(None, -69)]
    slept: list[float] = []
    keys, end, _ = recovered(zalo, client, {key(0)}, slept)
    assert (len(keys), end) == (10, BackfillEnd.REACHED)
    assert slept == [6.0, 12.0]


@pytest.mark.parametrize("code", [221, -69, 500])
def test_a_history_that_is_refused_midway_gives_what_there_is_and_may_be_asked_again(
    zalo: StandIn, client: ZaloClient, code: int
) -> None:
    past = Past(zalo, 120)
    past.pages_before_refusal = 1
    past.refusals = [inner(None, code)] * 3
    keys, end, _ = recovered(zalo, client, set(), [])
    assert (keys, end) == ([key(number) for number in range(70, 120)], BackfillEnd.INTERRUPTED)


def test_a_history_that_is_refused_for_good_gives_what_there_is(zalo: StandIn, client: ZaloClient) -> None:
    past = Past(zalo, 10)
    past.refusals = [inner(None, 166)]
    assert recovered(zalo, client, set(), []) == ([], BackfillEnd.EXHAUSTED, 1)


def test_the_last_messages_of_all_conversations_come_as_elements(zalo: StandIn, client: ZaloClient) -> None:
    zalo.answers["/api/preloadconvers/get-last-msgs"] = inner(
        {"msgs": [message(1, idTo="0")], "groupMsgs": [message(2)]}
    )
    assert [element.is_group for element in client.last_messages()] == [False, True]


REMOVAL = Job(
    id=1,
    account=ACCOUNT,
    group_id=GROUP,
    task=RemoveMessage(message_key="5000000000001", cli_key="1790000000001", owner_uid=MEMBER, sent_at=from_ms(NOW_MS)),
    case_id=1,
    ordered_by=1,
    ordered_at=from_ms(NOW_MS),
)


def test_a_message_is_removed_for_everybody_by_its_own_ids(zalo: StandIn, client: ZaloClient) -> None:
    zalo.answers[DELETE] = inner({"status": 0})
    assert client.remove_message(REMOVAL) is JobOutcome.DONE
    params = zalo.calls[-1].params
    assert (params["grid"], params["onlyMe"]) == (GROUP, 0)
    assert params["msgs"] == [
        {"cliMsgId": "1790000000001", "globalMsgId": "5000000000001", "ownerId": MEMBER, "destId": GROUP}
    ]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (inner(None, 166, "no permission"), JobOutcome.NOT_ALLOWED),
        (inner(None, 165, "not in the group"), JobOutcome.NOT_ALLOWED),
        (inner(None, 114, "invalid params"), JobOutcome.NOT_FOUND),
        (inner(None, 4711, "something new"), JobOutcome.REFUSED),
        (inner(None, 221, "too many requests"), JobOutcome.UNKNOWN),
        (Answer(b"<html>", status=502), JobOutcome.UNKNOWN),
        (Answer({"error_code": 0, "data": None}), JobOutcome.UNKNOWN),
        (Answer({"error_code": 0, "data": None}, hang=1.0), JobOutcome.UNKNOWN),
    ],
)
def test_what_became_of_a_removal_is_never_guessed(
    zalo: StandIn, client: ZaloClient, answer: Answer, outcome: JobOutcome
) -> None:
    zalo.answers[DELETE] = answer
    assert client.remove_message(REMOVAL) is outcome


def test_a_removal_without_an_answer_is_not_done_if_the_history_still_shows_the_message(
    zalo: StandIn, client: ZaloClient
) -> None:
    zalo.answers[DELETE] = Answer(b"<html>", status=502)
    shown = {"msgs": [], "groupMsgs": [message(1, msgId="5000000000001")], "hasMore": 0}
    zalo.answers[HISTORY] = inner(json.dumps(shown))
    assert client.remove_message(REMOVAL) is JobOutcome.NOT_DONE
    shown["groupMsgs"] = [message(1, msgId="5000000000002")]
    zalo.answers[HISTORY] = inner(json.dumps(shown))
    assert client.remove_message(REMOVAL) is JobOutcome.UNKNOWN


def test_an_error_of_a_read_keeps_its_code(zalo: StandIn, client: ZaloClient) -> None:
    zalo.answers["/api/group/getmg-v2"] = inner(None, 166, "không có quyền")
    with pytest.raises(ZaloCallError) as caught:
        client.group(GROUP)
    assert caught.value.code == 166


def test_a_picture_is_had_without_the_sessions_cookies_and_only_up_to_a_limit(
    zalo: StandIn, client: ZaloClient
) -> None:
    address = "https://s75-ava-grp-talk.zadn.vn/1/nhom.jpg"
    zalo.answers["/1/nhom.jpg"] = Answer(b"jpeg")
    assert client.picture("http://s75-ava-grp-talk.zadn.vn/1/nhom.jpg") == b"jpeg"
    headers = zalo.calls[-1].headers
    assert headers["X-Orig-Host"] == "s75-ava-grp-talk.zadn.vn"
    assert headers["User-Agent"] == USER_AGENT
    assert "Cookie" not in headers
    for answer, reason in (
        (Answer(b"", 404), NotChecked.GONE),
        (Answer(b"", 503), NotChecked.NOT_FETCHED),
        (Answer(bytes((8 << 20) + 1)), NotChecked.TOO_LARGE),
    ):
        zalo.answers["/1/nhom.jpg"] = answer
        with pytest.raises(FetchError) as caught:
            client.picture(address)
        assert caught.value.reason is reason
