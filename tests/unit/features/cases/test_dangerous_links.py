"""What the admin and the member are told of a link that may be dangerous (clause 4.4)."""

import pytest

from tests.unit.features.desk import BOT, CATALOGUE, GROUP, REGULATION, UIDS, Desk, to
from zalo_governor.domain.events import MembersJoined, NamedUid
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.regulation import Clause, ClauseTopic, Enforcement
from zalo_governor.features.cases.label_words import WORDS, why
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.templates import TextId
from zalo_governor.text.links.judge import LABELS, REASONS

CERTAIN = Finding(
    rule_id="4.4-lien-ket",
    clause="4.4",
    severity=Severity.MAJOR,
    label="lookalike_link",
    reason="brand+foreign_suffix",
    excerpt="hxxps://vietcombank[.]top/tri-an",
)
MALWARE = Clause(
    number="4.4",
    topic=ClauseTopic.MALWARE,
    summary="Không phát tán vi-rút, mã độc qua tin nhắn.",
    enforced=Enforcement.RULE,
)
WITH_LINKS = REGULATION.model_copy(update={"clauses": (*REGULATION.clauses, MALWARE)})
VOICE = MessageFormatter(CATALOGUE, WITH_LINKS)


def test_the_admin_is_told_what_was_seen_where_and_what_to_do() -> None:
    desk = Desk(regulation=WITH_LINKS)
    desk.change("member", title="")
    desk.say("member", "địa chỉ", CERTAIN)
    (alert,) = to(desk.take(), "admin")
    assert "(khoản 4 Điều 4): địa chỉ gần giống địa chỉ của cơ quan, dịch vụ khác" in alert
    assert "Xin không mở." in alert
    assert "Chưa phải kết luận" in alert
    assert "vietcombank" not in alert


def test_a_scam_with_its_link_is_one_case_and_one_alert() -> None:
    scam = Finding(rule_id="4.2-noi-dung-xau", clause="4.2", severity=Severity.MINOR, label="scam", reason="link")
    desk = Desk(regulation=WITH_LINKS)
    desk.say("member", "trúng thưởng, bấm vào đây", scam, CERTAIN)
    assert [case.clause for case in desk.store.book.values()] == ["4.4"]
    posted = desk.take()
    assert (len(to(posted, "admin")), len(to(posted, "member"))) == (1, 1)
    desk.say("admin", "/chuyen VP1", place="private")
    report = to(desk.take(), "leader")[0]
    assert "(địa chỉ gần giống địa chỉ của cơ quan, dịch vụ khác)" in report
    assert "vi-rút" not in report


def test_the_member_is_asked_to_recall_and_not_to_open() -> None:
    desk = Desk(regulation=WITH_LINKS)
    desk.say("member", "địa chỉ", CERTAIN)
    (asked,) = to(desk.take(), "member")
    assert "đề nghị đồng chí không mở liên kết này; kiểm tra, nếu đúng thì thu hồi tin" in asked.lower()
    assert "có dấu hiệu liên quan khoản 4 Điều 4 Quy chế" in asked
    assert "chưa phải kết luận" in asked


def test_what_is_uncertain_waits_for_the_digest_of_the_admin() -> None:
    desk = Desk(regulation=WITH_LINKS)
    invited = {"severity": Severity.TRIAGE, "label": "group_invitation", "reason": "invitation"}
    desk.say("member", "địa chỉ", CERTAIN.model_copy(update=invited))
    desk.store.reasons[1] = "invitation"
    assert desk.take() == []
    desk.tick(hours=1)
    posted = desk.take()
    assert to(posted, "member") == []
    assert "lời mời vào nhóm Zalo khác (có lời mời vào nhóm)" in to(posted, "admin")[0]


def test_the_case_shows_the_address_made_harmless() -> None:
    desk = Desk(regulation=WITH_LINKS)
    desk.say("member", "địa chỉ", CERTAIN)
    desk.store.excerpts[1] = CERTAIN.excerpt or ""
    desk.take()
    desk.say("admin", "/xem VP1", place="private")
    (shown,) = to(desk.take(), "admin")
    assert "hxxps://vietcombank[.]top/tri-an" in shown
    assert "địa chỉ gần giống địa chỉ của cơ quan, dịch vụ khác" in shown


@pytest.mark.parametrize("label", LABELS)
def test_every_kind_of_danger_has_its_words(label: str) -> None:
    assert VOICE.render(WORDS["4.4-lien-ket"].texts[label])


@pytest.mark.parametrize("reason", [*sorted(REASONS), "warning"])
def test_every_reason_has_its_words(reason: str) -> None:
    assert why(VOICE, reason) != CATALOGUE.render(TextId("reason_words"))


def test_the_request_is_short() -> None:
    said = CATALOGUE.render(
        TextId("request_link"), **dict.fromkeys(CATALOGUE.template(TextId("request_link")).fields, "")
    )
    assert len(said) <= 300


IN_NAME = CERTAIN.model_copy(update={"field": "name"})


@pytest.mark.parametrize("source", [Source.LIVE, Source.BACKFILL])
def test_of_a_link_in_a_display_name_nobody_is_asked_to_recall_a_message(source: Source) -> None:
    desk = Desk(regulation=WITH_LINKS)
    member = NamedUid(uid=UIDS["member"], name="Bấm vào đây - địa chỉ")
    joined = MembersJoined(
        account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, source=source, members=(member,)
    )
    desk.hear(joined, IN_NAME)
    desk.office.tell_urgent(desk.uow, GROUP)
    (asked,) = to(desk.take(), "member")
    assert "Tên hiển thị của đồng chí" in asked
    assert "địa chỉ gần giống địa chỉ của cơ quan, dịch vụ khác" in asked
    assert "thu hồi" not in asked
    assert "họ tên" not in asked
    desk.say("admin", "/chuyen VP1", place="private")
    (told,) = to(desk.take(), "leader")
    assert "Tên hiển thị của" in told
    assert "Tin của" not in told
