"""A label belongs to its rule, and is told in the words that are registered for that rule."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.features.desk import BOT, CATALOGUE, GROUP, NOW, REGULATION, SEALED, Desk
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.attachments import FileScan, ScanFinding, ScanResult
from zalo_governor.domain.cases import UNCHECKED
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.features.cases.label_words import require_words, why_sealed, words_of
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.rules.loader import load_rulebook

OWN = Finding(rule_id="9.1-khong-quang-cao", clause="9.1", severity=Severity.MINOR, label="advertising")


def test_the_same_label_of_another_rule_has_no_words_of_the_first() -> None:
    voice = MessageFormatter(CATALOGUE, REGULATION)
    assert words_of(voice, OWN) is None
    assert words_of(voice, OWN.model_copy(update={"rule_id": "4.2-noi-dung-xau"})) is not None


def test_every_label_of_the_shipped_rules_has_words() -> None:
    require_words(load_rulebook(shipped_config()).engine.rules, Path("rules"))


def test_a_label_without_words_is_an_error_that_names_the_file() -> None:
    rule: Any = SimpleNamespace(id="4.2-noi-dung-xau", labels=frozenset({"drugs", "smoking"}))
    with pytest.raises(ConfigError, match=r"rules/4\.2-noi-dung-xau\.yaml: chưa có lời cho nhãn smoking; .* drugs"):
        require_words([rule], Path("rules"))


MARK = ScanFinding(**SEALED.model_dump(), reason="red_stamp", page=3, seals=True)


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        ([], "theo mô hình nhận dạng, từ ngữ giống việc tiết lộ bí mật nhà nước, có nêu độ mật"),
        ([MARK], "có dấu độ mật màu đỏ ở trang 3, trong tệp, ảnh gửi kèm"),
        (
            [MARK.model_copy(update={"reason": "words", "page": None})],
            "theo mô hình nhận dạng, từ ngữ giống việc tiết lộ bí mật nhà nước, trong tệp, ảnh gửi kèm",
        ),
    ],
)
def test_a_sealed_case_says_why_in_words_without_the_content(seen: list[ScanFinding], why: str) -> None:
    desk = Desk()
    key = desk.seal("member").key
    result = ScanResult(findings=tuple(seen))
    scan = FileScan(
        event_id=1, group_id=GROUP, account=BOT, message_key=key, sent_at=NOW, scanned_at=NOW, result=result
    )
    assert why_sealed(desk.policy.voice, desk.store.book[1], [scan]) == why
    unchecked = desk.store.book[1].model_copy(update={"label": UNCHECKED})
    assert not why_sealed(desk.policy.voice, unchecked, [scan])
