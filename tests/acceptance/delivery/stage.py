"""The office, its outbox and a Zalo that fails as it is told, on a clock that the test owns.

Everything is the program's own but the network and the clock: the store, the office, the outbox lane, the client.
"""

import base64
import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import BaseAdapter
from sqlalchemy import event
from urllib3.exceptions import ProtocolError

from tests.unit.storage.stored import BOT, GROUP, MASTER, entry, message, sealed_entry
from zalo_governor.config.sections import EscalationSettings
from zalo_governor.config.yaml_file import load_yaml, validate
from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.delivery import UNHEARD_AFTER, UndeliveredCounts
from zalo_governor.domain.documents import Letterhead
from zalo_governor.domain.escalation import Ladder
from zalo_governor.domain.events import EventBase, MembersJoined, NamedUid, SealedHeard
from zalo_governor.domain.findings import Finding, SealedFinding, Severity, Verdict
from zalo_governor.domain.inbound import RawDict
from zalo_governor.domain.outsiders import OUTSIDERS
from zalo_governor.domain.people import EVERYWHERE, Role
from zalo_governor.features.cases.delivery import DeliveryFollowUp
from zalo_governor.features.facade import FeatureFacade
from zalo_governor.messaging.catalogue import Catalogue
from zalo_governor.messaging.change_vocabulary import ChangeVocabulary
from zalo_governor.messaging.directive_quality import ClarityPolicy
from zalo_governor.messaging.policy import LineStatus, ServicePolicy
from zalo_governor.pipeline.outbox import OutboxLane
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.simulator.crypto import read_params, sealed_answer
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.outbox import Outbox
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import UnitsOfWork
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.credentials import Credentials
from zalo_governor.zalo.http.rate_limit import TokenBucket

CONFIG = Path(__file__).parents[3] / "config"
BEGIN = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""10:00 of a Tuesday in Viet Nam."""
WATCHED = timedelta(hours=26)
"""So long a cell is played: longer than any notice is tried."""
SECRET_KEY = bytes(range(16))
TIMEOUT = 20.0
SMS, LAST_MESSAGES = "/api/message/sms", "/api/preloadconvers/get-last-msgs"

_PEOPLE = ("leader", "admin", "staff", "reader", "member")
UIDS = {who: str(7000000000000000010 + place) for place, who in enumerate(_PEOPLE)}
_ROLES = {"leader": Role.LEADER, "admin": Role.ADMIN, "staff": Role.ADMIN_STAFF, "reader": Role.REPORT_READER}
_AS_MADE = "as-made.db"
FALLBACK = "fallback"
"""Stands for whoever reads the e-mail or the webhook."""


class Fault(StrEnum):
    """What Zalo does with a send."""

    HTTP_500 = "HTTP 5xx"
    HANG = "không trả lời"
    RESET = "ngắt kết nối"
    RETRY_LIMIT = "mã -69"
    TOO_MANY = "mã 221"
    NOT_FROM_YOU = "mã 123"
    STRANGERS = "mã 122"
    CODE_127 = "mã 127"
    NO_ACCOUNT = "mã 216"
    UNKNOWN_CODE = "mã lạ (998)"
    NO_MSG_ID = "nhận, không có msgId"
    DONE_THEN_500 = "đã chuyển rồi HTTP 5xx"
    DONE_THEN_HANG = "đã chuyển rồi không trả lời"


CODES = {
    Fault.RETRY_LIMIT: -69,
    Fault.TOO_MANY: 221,
    Fault.NOT_FROM_YOU: 123,
    Fault.STRANGERS: 122,
    Fault.CODE_127: 127,
    Fault.NO_ACCOUNT: 216,
    Fault.UNKNOWN_CODE: 998,
}


class Kind(StrEnum):
    """What the office wants to tell."""

    SECRET = "bí mật"
    OUTSIDER = "người ngoài"
    UNMARKED = "không dấu"
    ANSWER = "trả lời lệnh"


class Told(NamedTuple):
    """Something that reached somebody."""

    at: datetime
    who: str
    text: str


class FailingZalo(BaseAdapter):
    """Takes the place of the network: keeps what reached whom, and fails as told."""

    def __init__(self, fault: Fault, whom: Iterable[str], until: datetime) -> None:
        super().__init__()
        self.now = BEGIN
        self.told: list[Told] = []
        self.echoes: list[tuple[int, str]] = []
        self.failed_at: datetime | None = None
        self._fault = fault
        self._whom = {UIDS[who] for who in whom}
        self._until = until
        self._names = {uid: who for who, uid in UIDS.items()}
        self._last: dict[str, RawDict] = {}

    def clock(self) -> datetime:
        return self.now

    def close(self) -> None:
        """Nothing is open."""

    def send(self, request: requests.PreparedRequest, *_args: Any, **_kwargs: Any) -> requests.Response:
        url = urlsplit(request.url or "")
        path = str(url.path)
        if path == "/api/login/getLoginInfo":
            return _answer(request, _LOGIN)
        query = parse_qs(str(url.query)) | parse_qs(str(request.body or ""))
        params = read_params(query["params"][0], SECRET_KEY)
        if path == LAST_MESSAGES:
            return _answer(request, sealed_answer({"msgs": list(self._last.values())}, SECRET_KEY))
        assert path == SMS
        uid = params["toid"]
        if uid in self._whom and self.now < self._until:
            self.failed_at = self.now
            return self._fail(request, uid, params)
        return _answer(request, sealed_answer({"msgId": self._deliver(uid, params)}, SECRET_KEY))

    def _fail(self, request: requests.PreparedRequest, uid: str, params: RawDict) -> requests.Response:
        match self._fault:
            case Fault.HTTP_500:
                return _answer(request, {}, 500)
            case Fault.HANG:
                return self._hang(request)
            case Fault.RESET:
                raise requests.ConnectionError(ProtocolError("Connection aborted."))
            case Fault.NO_MSG_ID:
                return _answer(request, sealed_answer({}, SECRET_KEY))
            case Fault.DONE_THEN_500:
                self._echo(uid, params)
                return _answer(request, {}, 500)
            case Fault.DONE_THEN_HANG:
                self._echo(uid, params)
                return self._hang(request)
            case _:
                return _answer(request, sealed_answer(None, SECRET_KEY, CODES[self._fault], "…"))

    def _hang(self, _request: requests.PreparedRequest) -> requests.Response:
        self.now += timedelta(seconds=TIMEOUT)
        raise requests.ReadTimeout

    def _echo(self, uid: str, params: RawDict) -> None:
        self.echoes.append((int(params["clientId"]), self._deliver(uid, params)))

    def _deliver(self, uid: str, params: RawDict) -> str:
        msg_id = str(len(self.told) + 1)
        self.told.append(Told(self.now, self._names[uid], params["message"]))
        self._last[uid] = {
            "msgId": msg_id,
            "uidFrom": "0",
            "idTo": uid,
            "cliMsgId": str(params["clientId"]),
            "ts": str(to_ms(self.now)),
            "msgType": "webchat",
            "content": params["message"],
        }
        return msg_id


_LOGIN = {
    "error_code": 0,
    "error_message": "",
    "data": {
        "uid": BOT,
        "phone_number": "84900000000",
        "zpw_enk": base64.b64encode(SECRET_KEY).decode(),
        "zpw_ws": ["ws://127.0.0.1:9/ws/"],
    },
}


def _answer(request: requests.PreparedRequest, body: Mapping[str, Any], status: int = 200) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.url = request.url or ""
    response.request = request
    response._content = json.dumps(body).encode()
    return response


class Played(NamedTuple):
    """What came of one cell."""

    told: list[Told]
    """By Zalo and past it, in order of time."""
    counts: UndeliveredCounts
    """As /trangthai, doctor and the metrics show them when all is over."""
    states: dict[str, str]
    """Case code -> state."""
    untold: int
    """People who were not reached, and the desk was not told."""
    failed_at: datetime | None
    """When a send last failed; None if none did."""


def make_database(folder: Path) -> Database:
    """The database of all cells, one after the other, with the people of the office; its engine is made once."""
    database = Database(f"sqlite:///{folder / 'cell.db'}", Keys(MASTER), lambda: BEGIN)
    # Nothing has to outlast a power cut, and each of some hundred thousand commits would wait for the disk.
    event.listen(database._engine, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous = OFF").close())
    database.migrate()
    UnitsOfWork(database, BOT).seed_people(
        BOT,
        [
            SeedPerson(f"Người {who}", "chức vụ", UIDS[who], None, None, {EVERYWHERE: (role,)})
            for who, role in _ROLES.items()
        ],
    )
    database.close()
    shutil.copy(folder / "cell.db", folder / _AS_MADE)
    return database


class Stage:
    """One cell: a notice of one kind while Zalo fails for some people, for some time."""

    def __init__(self, database: Database, fault: Fault, whom: Iterable[str], lasts: timedelta) -> None:
        assert database.file is not None
        for left in database.file.parent.glob(f"{database.file.name}*"):
            left.unlink()
        shutil.copy(database.file.with_name(_AS_MADE), database.file)
        database.persons.forget()
        self.zalo = FailingZalo(fault, whom, BEGIN + lasts)
        database.clock = clock = self.zalo.clock
        self.database = database
        self.units = UnitsOfWork(self.database, BOT)
        self.outbox = Outbox(self.database, BOT)
        self.inbox = Inbox(self.database, BOT)
        policy = policy_on(clock)
        self.office = FeatureFacade(policy)
        self.session = _session(self.zalo)
        self.lane = OutboxLane(
            self.outbox,
            ZaloClient(self.session, clock),
            files=False,
            account=BOT,
            printed=lambda file: b"",
            say_again=self.office.said_again,
            say_part=self.office.said_in_part,
            private_per_day=lambda: 400,
            on_sent=lambda outgoing, outcome: self.follow_up.sent(outcome),
            clock=clock,
        )
        self.follow_up = DeliveryFollowUp(policy, tell=self._fall_back, begin=self.units.begin, on_posted=lambda: None)

    def play(self, kind: Kind, asker: str) -> Played:
        """Have the office tell it, and let a day pass."""
        self._happen(kind, asker)
        end = BEGIN + WATCHED
        while True:
            due = [*self._settle(), self.outbox.next_due(self.zalo.now)]
            coming = [moment for moment in due if moment is not None and moment < end]
            if not coming:
                break
            self.zalo.now = max(self.zalo.now, min(coming))
        self.zalo.now += timedelta(minutes=1)
        self._follow_up_acts()  # it looks around once a minute
        self._settle()
        counts = self.outbox.counts(self.zalo.now)
        with self.units.begin() as uow:
            cases = uow.cases.opened_between(None, start=BEGIN - timedelta(days=1), end=BEGIN + timedelta(days=9))
            unseen = len(uow.deliveries.unreached_people(self.zalo.now))
        self.session.close()
        self.database.close()
        states = {case.code: case.state.value for case in cases}
        return Played(sorted(self.zalo.told), counts, states, unseen, self.zalo.failed_at)

    def _settle(self) -> list[datetime | None]:
        """All that is due now, until nothing is; gives when the office and the follow-up are due next."""
        while True:
            busy = self.lane.turn()
            echoes, self.zalo.echoes = self.zalo.echoes, []
            if echoes:
                self.outbox.confirm(echoes, self.zalo.now)
            dues = []
            for next_due, act in ((self._office_due, self._office_acts), (self._follow_up_due, self._follow_up_acts)):
                dues.append(due := next_due())
                if due is not None and due <= self.zalo.now:
                    act()
                    busy = True
            if not busy:
                return dues

    def _office_due(self) -> datetime | None:
        with self.units.begin(reading=True) as uow:
            return self.office.duties.next_due(uow)

    def _office_acts(self) -> None:
        with self.units.begin() as uow:
            self.office.duties.on_cases(uow)

    def _follow_up_due(self) -> datetime | None:
        """Without its look around once a minute, which finds nothing while nothing else happens."""
        due = self.follow_up.next_due()
        if due is None or due <= self.zalo.now:
            return due
        with self.units.begin(reading=True) as uow:
            return uow.deliveries.next_unheard(UNHEARD_AFTER)

    def _follow_up_acts(self) -> None:
        self.follow_up.act(self.zalo.now)

    def _fall_back(self, _subject: str, text: str) -> None:
        self.zalo.told.append(Told(self.zalo.now, FALLBACK, text))

    def _happen(self, kind: Kind, asker: str) -> None:
        sealed = kind is Kind.SECRET
        text = "/trogiup" if kind is Kind.ANSWER else "kinh gui cac dong chi"
        private = {"thread_id": UIDS[asker], "is_group": False} if kind is Kind.ANSWER else {}
        sender = UIDS[asker if kind is Kind.ANSWER else "member"]
        about: dict[str, Any] = {"sender_uid": sender, "at_ms": to_ms(BEGIN), "received_ms": to_ms(BEGIN), **private}
        [admitted] = self.inbox.admit([sealed_entry(**about) if sealed else entry("1", text, **about)])
        event: EventBase
        findings: tuple[Finding | SealedFinding, ...] = ()
        heard = {
            "id": admitted.id, "account": BOT, "thread_id": GROUP, "key": "1", "sender_uid": sender, "at": BEGIN,
        }  # fmt: skip
        match kind:
            case Kind.SECRET:
                event = SealedHeard(**heard, mac=b"m" * 16, size=40)
                findings = (_SECRET,)
            case Kind.OUTSIDER:
                event = MembersJoined(**heard, members=(NamedUid(uid="7000000000000000099", name="Hùng Xây Dựng"),))
                findings = (_OUTSIDER,)
            case Kind.UNMARKED:
                event = message(admitted)
                findings = (_UNMARKED,)
            case Kind.ANSWER:
                event = message(admitted)
        verdict = Verdict(findings=findings)
        with self.units.begin() as uow:
            uow.verdicts.store(admitted, event, verdict, BEGIN)
            self.office.react(uow, event, verdict)


@cache
def _shipped() -> dict[str, Any]:
    """What the office goes by that is the same in each cell."""
    return {
        "regulation": load_rulebook(CONFIG).regulation,
        "ladder": validate(Ladder, load_yaml(CONFIG / "escalation.yaml")),
        "catalogue": Catalogue.load(CONFIG),
        "changes": ChangeVocabulary.load(CONFIG / "thay-doi-nhom.yaml"),
        "clarity": ClarityPolicy.load(CONFIG / "y-kien.yaml"),
    }


def policy_on(clock: Clock) -> ServicePolicy:
    """What the office goes by, with that clock; there are no quiet hours."""
    return ServicePolicy(
        sync_soon=lambda _group_id: None,
        sync_now=lambda _group_id, _uid: None,
        words_of=lambda _group_id, _key: "",
        account=BOT,
        groups={GROUP: "điều hành tỉnh Mẫu"},
        clock=clock,
        status=lambda: LineStatus(None),
        draw_code=lambda: "482913",
        with_marks=lambda sentence: [sentence],
        letterhead=Letterhead(superior="", unit="", place="", signer="", addressee="", recipients=()),
        escalation=EscalationSettings(quiet_hours=None),
        **_shipped(),
    )


def _session(zalo: FailingZalo) -> ZaloSession:
    session = ZaloSession(
        Credentials.model_validate({"imei": "imei-1", "user_agent": "Mau/1.0", "cookies": {"zpw_sek": "GIA-DINH"}}),
        route_to="http://127.0.0.1:9",
        timeout=TIMEOUT,
        on_credentials=lambda credentials: None,
        clock=zalo.clock,
        pace=TokenBucket(per_second=1_000_000, burst=1_000_000),
    )
    session._http.mount("https://", zalo)
    session.login()
    return session


_SECRET = SealedFinding(
    rule_id="4.1-noi-dung-mat", clause="4.1", severity=Severity.CRITICAL, label="classified", level="mat"
)
_OUTSIDER = Finding(
    rule_id=OUTSIDERS, clause="4.5", severity=Severity.MAJOR, label="added", subject_uid="7000000000000000099"
)
_UNMARKED = Finding(
    rule_id="3.1-tieng-viet-co-dau", clause="3.1", severity=Severity.MINOR, label="no_diacritics", excerpt="kinh gui"
)
