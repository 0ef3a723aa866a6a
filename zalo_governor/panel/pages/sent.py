"""Page "Tin đã gửi" (messages sent): what the bot has sent, holds back or could not deliver; to whom, and why."""

from datetime import timedelta
from typing import Any

from zalo_governor.domain.notices import OutgoingState, Purpose
from zalo_governor.features.cases.commands.decide import ListCases
from zalo_governor.features.cases.commands.send_again import SendAgain
from zalo_governor.panel.office import Office
from zalo_governor.panel.routes import Route
from zalo_governor.panel.visit import Html, Reply, SeeOther, Visit
from zalo_governor.storage.queries.panel import GIVEN_UP

PATH = "/tin-da-gui"
_STATES = {
    "moi": ("Mọi tin", tuple(OutgoingState)),
    "chua": ("Chưa tới", GIVEN_UP),
    "cho": ("Đang chờ gửi", (OutgoingState.WAITING, OutgoingState.SENDING, OutgoingState.UNCERTAIN)),
    "giu": ("Giữ lại khi chạy thử", (OutgoingState.WITHHELD,)),
    "roi": ("Đã gửi", (OutgoingState.SENT,)),
    "thoi": ("Không cần gửi nữa", (OutgoingState.SUPERSEDED,)),
}
STATE_WORDS = {
    OutgoingState.REFUSED: "Zalo không nhận",
    OutgoingState.EXPIRED: "hết thời gian gửi lại",
    OutgoingState.UNCONFIRMED: "không rõ đã tới hay chưa",
    OutgoingState.WAITING: "đang chờ",
    OutgoingState.SENDING: "đang gửi",
    OutgoingState.UNCERTAIN: "đang chờ Zalo xác nhận",
    OutgoingState.WITHHELD: "giữ lại (chạy thử)",
    OutgoingState.SENT: "đã gửi",
    OutgoingState.SUPERSEDED: "vụ việc đã xử lý trước khi gửi được",
}
PURPOSE_WORDS = {
    Purpose.ADMIN_ALERT: "báo Quản trị Nhóm",
    Purpose.MEMBER_REQUEST: "nhắc thành viên",
    Purpose.LEADER_ALERT: "báo cáo Trưởng nhóm",
    Purpose.REPLY: "trả lời, thông báo riêng",
    Purpose.REPORT: "báo cáo",
    Purpose.SYSTEM: "tin của Hệ thống",
}
_DAYS = {"1": 1, "7": 7, "30": 30}


def routes(office: Office) -> list[Route]:
    """Return the routes of the page: its URL paths, the functions that answer them, and the roles that may open it."""
    desk = office.roles_for(ListCases.word)
    return [
        Route("GET", PATH, show, desk, title="Tin đã gửi"),
        Route("POST", f"{PATH}/lai", again, desk, writes=True),
    ]


def show(visit: Visit) -> Reply:
    """Show the bot's messages in the chosen state, without their texts, which only the addressee may read."""
    query = visit.asked.query
    state = query.get("loai", "") if query.get("loai", "") in _STATES else "moi"
    days = _DAYS.get(query.get("ngay", ""), 7)
    chosen = visit.chosen_group()
    groups = [chosen] if chosen else visit.groups
    named = {group.id: group.name for group in visit.groups}
    since = visit.now - timedelta(days=days)
    rows = visit.queries.notices([group.id for group in groups], _STATES[state][1], since)
    facts: dict[str, Any] = {
        "groups": visit.groups,
        "chosen": chosen.id if chosen else "",
        "state": state,
        "states": {key: words for key, (words, _) in _STATES.items()},
        "days": str(days),
        "rows": [
            {
                "notice": row,
                "group": named[row.group_id],
                "who": visit.voice.named(visit.uow.people.get(row.person_id)) if row.person_id else "cả Nhóm",
                "purpose": PURPOSE_WORDS[row.purpose],
                "state": STATE_WORDS[row.state],
                "again": row.state in GIVEN_UP and row.case_id is not None,
            }
            for row in rows
        ],
    }
    return Html("tin.html", facts)


def again(visit: Visit) -> Reply:
    """Send again the messages about a case that did not reach people, as by `/guilai VP12`."""
    visit.do(SendAgain.word, visit.field("ma"))
    return SeeOther(PATH)
