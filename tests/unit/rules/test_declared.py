"""Rules that are written in YAML alone: what they find, and how a mistake in one is told."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.clock import VIETNAM
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.events import Attachment, Mention, MessageSent, NameObserved, Quote
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.people import Person, Role
from zalo_governor.rules.base import NO_CONTEXT, Maturity, Need, RuleContext
from zalo_governor.rules.declared.conditions import Condition
from zalo_governor.rules.declared.facts import FactReader
from zalo_governor.rules.declared.rule import DeclaredRule, declare
from zalo_governor.rules.loader import load_rulebook

WEDNESDAY = datetime(2026, 3, 4, 9, 0, tzinfo=VIETNAM)


def rule(check: str, lists: dict[str, tuple[str, ...]] | None = None) -> DeclaredRule:
    return declare("thu")(
        clause="9.1",
        severity=Severity.MINOR,
        maturity=Maturity.ACTIVE,
        parameters=Condition.model_validate(yaml.safe_load(check)),
        reader=FactReader(),
        read_list=(lists or {}).__getitem__,
    )


def finds(check: str, event: Any, context: RuleContext = NO_CONTEXT, **lists: tuple[str, ...]) -> bool:
    return bool(list(rule(check, {f"{name}.txt": lines for name, lines in lists.items()}).check(event, context)))


def said(text: str = "", at: datetime = WEDNESDAY, **more: Any) -> MessageSent:
    return MessageSent(at=at, text=text, thread_id="g", **more)


def sent(kind: str, **more: Any) -> MessageSent:
    return said(message_type=kind, attachment=Attachment(type=kind, **more))


ADVERT = "words: {any_of: [giảm giá sốc, đặt hàng]}"
EXACT = "words: {any_of: [giảm giá], marks: exact}"
NEAR = "words: {near: {first: [bán], second: [đất, nhà], within: 2}}"


@pytest.mark.parametrize(
    ("check", "text", "found"),
    [
        (ADVERT, "Hôm nay Giảm  giá sốc nhé", True),
        (ADVERT, "giam gia soc", True),
        (ADVERT, "gi\u200bảm giá s\u043eс", True),
        (ADVERT, "giảm giá", False),
        (ADVERT, "giảm giá sốcc", False),
        (EXACT, "Đợt GIẢM GIÁ cuối năm", True),
        (EXACT, "dot giam gia", False),
        (NEAR, "Bán gấp lô đất", True),
        (NEAR, "Đất này cần bán", True),
        (NEAR, "Bán thóc giống rồi mới cải tạo đất", False),
        ("words: {near: {first: [họp], second: [họp khẩn], within: 3}}", "Họp khẩn nhé", False),
        ("words: {file: tu.txt}", "có hàng về", True),
        ("emoji: {at_least: 2}", "vui quá 😍 👍🏻", True),
        ("emoji: {at_least: 2}", "vui quá /-heart :d", True),
        ("emoji: {at_least: 2}", "lúc 8:00 (Thứ 2): họp", False),
        ("emoji: {share_at_least: 0.5}", "ok 👍👍👍", True),
        ("emoji: {share_at_least: 0.5}", "Vâng, xã đã nhận 👍", False),
        ("link_hosts: [facebook.com]", "xem https://m.facebook.com/abc", True),
        ("link_hosts: [facebook.com]", "xem https://notfacebook.com/abc", False),
        ("links_outside: [gov.vn]", "xem https://mau.gov.vn/x", False),
        ("links_outside: [gov.vn]", "xem https://mau.gov.vn/x và https://vnexpress.net", True),
        ("amount: {characters_at_least: 6}", "vâng ạ", True),
        ("amount: {characters_at_most: 5}", "vâng ạ", False),
        ("amount: {characters_at_most: 5}", "", False),
        ("kind: [text]", "vâng", True),
        ("kind: [link]", "https://mau.gov.vn", True),
        ("all: [{words: {any_of: [họp]}}, {not: {words: {any_of: [giao ban]}}}]", "mời họp", True),
        ("all: [{words: {any_of: [họp]}}, {not: {words: {any_of: [giao ban]}}}]", "mời họp giao ban", False),
        ("any: [{words: {any_of: [họp]}}, {emoji: {at_least: 1}}]", "👍", True),
        ("{words: {any_of: [họp]}, emoji: {at_least: 1}}", "họp", False),
    ],
)  # fmt: skip
def test_a_text_is_found_by_what_it_says(check: str, text: str, found: bool) -> None:
    assert finds(check, said(text), tu=("hàng về",)) is found


CHAIRMAN = RuleContext(sender=Person(id=1, uid="1", grants={"g": frozenset({Role.LEADER})}))
HEALTH = RuleContext(sender=Person(id=1, uid="1"), position="Giám đốc Sở Y tế")
MENTIONS = (Mention(uid="1", start=0, length=2),) * 2
NEW = RuleContext(joined_at=WEDNESDAY - timedelta(days=3))


@pytest.mark.parametrize(
    ("check", "event", "context", "found"),
    [
        ("kind: [sticker]", sent("chat.sticker"), NO_CONTEXT, True),
        ("kind: [card]", sent("chat.recommended"), NO_CONTEXT, True),
        ("kind: [link]", sent("chat.recommended", url="https://mau.vn"), NO_CONTEXT, True),
        ("kind: [poll, forward]", said(message_type="group.poll"), NO_CONTEXT, True),
        ("file_types: [EXE, mp3]", sent("share.file", title="nhac.MP3"), NO_CONTEXT, True),
        ("file_types: [mp3]", sent("share.file", title="giay-moi.pdf"), NO_CONTEXT, False),
        ("who: {roles: [leader]}", said("a"), CHAIRMAN, True),
        ("who: {roles: [member]}", said("a"), CHAIRMAN, False),
        ("who: {roles: [member]}", said("a"), HEALTH, True),
        ("who: {agencies: [sở y tế]}", said("a"), HEALTH, True),
        ("who: {newcomer_days: 7}", said("a"), NEW, True),
        ("who: {newcomer_days: 2}", said("a"), NEW, False),
        ("who: {newcomer_days: 7}", said("a"), NO_CONTEXT, False),
        ('when: {hours: ["22:00-05:00"]}', said("a", at=WEDNESDAY.replace(hour=23)), NO_CONTEXT, True),
        ('when: {hours: ["22:00-05:00"]}', said("a", at=WEDNESDAY.replace(hour=5)), NO_CONTEXT, False),
        ("when: {weekdays: [wed]}", said("a"), NO_CONTEXT, True),
        ("when: {workday: false}", said("a"), NO_CONTEXT, False),
        ("when: {workday: false}", said("a", at=datetime(2026, 4, 30, 9, tzinfo=VIETNAM)), NO_CONTEXT, True),
        ("amount: {mentions_at_least: 2}", said("@a @b", mentions=MENTIONS), NO_CONTEXT, True),
        ("amount: {messages_at_least: 3, minutes: 5}", said("a"), RuleContext(sent_before=(10, 299, 301)), True),
        ("amount: {messages_at_least: 3, minutes: 5}", said("a"), RuleContext(sent_before=(10, 301)), False),
        ("to: quote", said("a", quote=Quote(owner_uid="1", key="1")), NO_CONTEXT, True),
        ("to: directive", said("a", quote=Quote(owner_uid="1", key="1")), NO_CONTEXT, False),
        ("to: directive", said("a"), RuleContext(answers_directive=True), True),
        ("kind: [text]", NameObserved(at=WEDNESDAY, name="vui"), NO_CONTEXT, False),
    ],
)  # fmt: skip
def test_a_message_is_found_by_its_kind_sender_time_and_amount(
    check: str, event: Any, context: RuleContext, found: bool
) -> None:
    assert finds(check, event, context) is found


def test_what_was_found_is_marked_as_it_was_typed() -> None:
    text = "Hôm nay gi\u200bảm giá sốc nhé 😍"
    found = rule("any: [{words: {any_of: [giảm giá sốc]}}, {emoji: {at_least: 1}}]").check(said(text), NO_CONTEXT)
    (finding,) = found
    assert [text[start:end] for start, end in finding.spans] == ["gi\u200bảm giá sốc", "😍"]
    assert (finding.rule_id, finding.label, finding.clause) == ("thu", "thu", "9.1")


def test_an_alternative_that_does_not_hold_marks_nothing() -> None:
    text = "Bán 😍 😍 nhà, ai mua không"
    both = "{words: {any_of: [bán]}, emoji: {at_least: 3}}"
    (finding,) = rule(f"any: [{both}, {{words: {{any_of: [mua]}}}}]").check(said(text), NO_CONTEXT)
    assert [text[start:end] for start, end in finding.spans] == ["mua"]


def test_a_rule_says_which_facts_have_to_be_looked_up() -> None:
    check = "any: [{not: {who: {newcomer_days: 3}}}, {amount: {messages_at_least: 9, minutes: 1}}, {to: directive}]"
    assert rule(check).needs == {Need.JOINED, Need.COUNT, Need.DIRECTIVE}


GOOD = """\
id: thu
clause: "4.2"
title: quảng cáo
why: trên Nhóm không quảng cáo
check:
  words:
    any_of: [giảm giá sốc]
examples:
  match: [{text: "giảm giá sốc"}]
  no_match: [{text: "giảm giá"}]
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office's own configuration."""
    return Path(shutil.copytree(shipped_config(), tmp_path_factory.mktemp("office") / "config"))


@pytest.fixture
def write(office: Path) -> Iterator[Callable[[str], Path]]:
    path = office / "rules" / "thu.yaml"

    def _write(text: str) -> Path:
        path.write_text(text, encoding="utf-8")
        return office

    yield _write
    path.unlink(missing_ok=True)


WORDS = "  words:\n    any_of: [giảm giá sốc]"
MISTAKES = [
    ("id: thu", "id: khac", "1: id: mã phải trùng với tên tệp"),
    ("id: thu", "id: Thử", "1: id: chỉ gồm chữ thường không dấu"),
    ('clause: "4.2"', 'clause: "9.9"', "2: clause: quy-che.yaml không có khoản này"),
    ("title: quảng cáo", "titel: quảng cáo", "3: titel: không có mục này; có phải định ghi title"),
    ("why: trên Nhóm không quảng cáo\n", "", "1: why: còn thiếu"),
    ("why: trên", "tell: all\nwhy: trên", "4: tell: phải là một trong: member, admin, nobody"),
    ("why: trên", "tell: admin\nseverity: major\nwhy: trên", "1: (cả tệp): tell: admin và tell: nobody đã định"),
    ("why: trên", "notices: 0\nwhy: trên", "4: notices: phải từ 1 trở lên"),
    ("why: trên", "severity: nặng\nwhy: trên", "4: severity: phải là một trong"),
    (WORDS, "  {}", "5: check: còn trống"),
    ("  words:", "  word:", "6: check.word: không có mục này; có phải định ghi words"),
    ("    any_of: [giảm giá sốc]", "    {}", "6: check.words: còn trống"),
    ("[giảm giá sốc]", "giảm giá sốc", "7: check.words.any_of: phải là danh sách"),
    ("[giảm giá sốc]", '["giảm giá", " "]', "7: check.words.any_of.1: không được để trống"),
    ("any_of: [giảm giá sốc]", "file: khong-co.txt", "7: check.words.file: không có danh sách khong-co.txt"),
    ("any_of: [giảm giá sốc]", "file: ../tu.txt", "7: check.words.file: phải là tên một tệp"),
    ("any_of: [giảm giá sốc]", "near: {first: [a], second: [b]}", "7: check.words.near.within: còn thiếu"),
    ("[giảm giá sốc]", "[a]\n    marks: some", "8: check.words.marks: phải là một trong: exact, any"),
    (WORDS, "  kind: [nhãn dán]", "6: check.kind.0: phải là một trong: text"),
    (WORDS, "  when: {hours: [22:00]}", "6: check.when.hours.0: giờ phải đặt trong ngoặc kép"),
    (WORDS, '  when: {hours: ["22-5"]}', "6: check.when.hours.0: phải là hai giờ"),
    (WORDS, "  amount: {messages_at_least: 5}", "6: check.amount: messages_at_least và minutes"),
    (WORDS, "  not: {whom: {}}", "6: check.not.whom: không có mục này; có phải định ghi who"),
    (WORDS, "  who: {roles: [chairman]}", "6: check.who.roles.0: phải là một trong: leader"),
    (WORDS, "  link_hosts: [https://a.vn]", "6: check.link_hosts.0: phải là tên miền"),
    ('  no_match: [{text: "giảm giá"}]\n', "", "8: examples.no_match: còn thiếu"),
    ('[{text: "giảm giá sốc"}]', "[]", "9: examples.match: không được để trống"),
    ("check:", "uses: 3.1-tieng-viet-co-dau\ncheck:", "5: uses: không có mục này"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "complaint"), MISTAKES)
def test_a_mistake_is_told_by_file_line_and_key(
    write: Callable[[str], Path], old: str, new: str, complaint: str
) -> None:
    assert old in GOOD
    folder = write(GOOD.replace(old, new, 1))
    with pytest.raises(ConfigError) as error:
        load_rulebook(folder)
    assert f"{folder / 'rules' / 'thu.yaml'}:{complaint}" in str(error.value)


def test_a_common_regulation_may_have_such_rules_too(office: Path, write: Callable[[str], Path]) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["hàng về", "cột khác"])
    book.save(office / "lexicons" / "tu.xlsx")
    rulebook = load_rulebook(write(GOOD.replace("any_of: [giảm giá sốc]", "file: tu.xlsx")))
    (finding,) = rulebook.engine.judge(said("có hàng về"), NO_CONTEXT).findings
    assert (finding.rule_id, finding.clause, finding.shadow) == ("thu", "4.2", True)
    assert rulebook.regulation.clause_of_rule("thu") == "4.2"
    words = rulebook.regulation.words_of("thu")
    assert words
    assert words.title == "quảng cáo"


def test_a_rule_on_what_is_missing_is_part_of_the_regulation(write: Callable[[str], Path]) -> None:
    head, _, _ = GOOD.partition("check:")
    rule = head + "maturity: active\nabsent:\n  answer_within_hours: 4\n"
    (absence,) = load_rulebook(write(rule)).regulation.absences
    assert (absence.rule_id, absence.clause, absence.answer_within) == ("thu", "4.2", timedelta(hours=4))
    assert load_rulebook(write(rule.replace("active", "shadow"))).regulation.absences == ()
    with pytest.raises(ConfigError, match=r"thu\.yaml:6: absent: hãy ghi đúng một trong hai mục"):
        load_rulebook(write(rule + '  report_by: "16:00"\n'))
