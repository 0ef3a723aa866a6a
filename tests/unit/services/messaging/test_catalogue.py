"""The message catalogue: what an admin who edits it gets told, and the voice of the shipped one."""

import re
import unicodedata
from pathlib import Path

import pytest
import yaml

from tests.unit.services.desk import CATALOGUE
from zalo_governor.domain.errors import ConfigError
from zalo_governor.services.messaging.catalogue import Catalogue
from zalo_governor.services.messaging.message_ids import MessageId

SHIPPED = Path(__file__).parents[4] / "config" / "messages.vi.yaml"


def edited(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = SHIPPED.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "messages.vi.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("state_new: ", "state_gnu: ", "state_gnu: không có mục này; có phải định ghi state_new không?"),
        ("state_new: ", "state_gnu: ", "state_new: còn thiếu câu này"),
        (
            'help_row: "- {usage}"',
            'help_row: "- {usgae}"',
            "help_row: không có trường {usgae}; câu này được dùng: {usage}",
        ),
        ('help_row: "- {usage}"', 'help_row: "- {usage.text}"', "help_row: không có trường {usage.text}"),
        ('help_row: "- {usage}"', 'help_row: "- {}"', "help_row: không có trường {}"),
        ('help_row: "- {usage}"', 'help_row: "- {usage!r}"', "help_row: hãy viết {usage}, không kèm gì"),
        ('help_row: "- {usage}"', 'help_row: "- {usage:>9}"', "help_row: hãy viết {usage}, không kèm gì"),
        ('help_row: "- {usage}"', 'help_row: "- {usage"', "help_row: dấu ngoặc nhọn chưa đóng"),
        ('help_row: "- {usage}"', 'help_row: ""', "help_row: phải là câu chữ"),
        ('help_row: "- {usage}"', "help_row: 3", "help_row: phải là câu chữ"),
        (
            'state_new: "mới"',
            'state_new: "{code}"',
            "state_new: không có trường {code}; câu này được dùng: (",
        ),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    path = edited(tmp_path, (old, new))
    with pytest.raises(ConfigError) as raised:
        Catalogue.load(path)
    assert complaint in str(raised.value)
    assert re.match(rf"{re.escape(str(path))}:\d+: ", str(raised.value))


def test_the_line_named_is_the_line_of_the_key(tmp_path: Path) -> None:
    path = edited(tmp_path, ('never: "chưa có"', 'never: "{sometimes}"'))
    line = path.read_text(encoding="utf-8").splitlines().index('never: "{sometimes}"') + 1
    with pytest.raises(ConfigError, match=rf":{line}: never: "):
        Catalogue.load(path)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    path = edited(tmp_path, ('never: "chưa có"', 'never: ""'), ('state_new: "mới"', "state_new: 7"))
    with pytest.raises(ConfigError) as raised:
        Catalogue.load(path)
    assert len(str(raised.value).splitlines()) == 2


def test_values_may_hold_braces_and_are_shown_as_they_are() -> None:
    assert CATALOGUE.render(MessageId.WHO, name="{code} {0} {{x}} }{") == "đồng chí {code} {0} {{x}} }{"


def test_a_text_with_other_fields_than_declared_is_refused() -> None:
    with pytest.raises(TypeError, match="who takes"):
        CATALOGUE.render(MessageId.WHO, code="VP1")


@pytest.mark.parametrize("text", MessageId, ids=lambda text: text.key)
def test_shipped_texts_use_every_field_and_keep_the_voice(text: MessageId) -> None:
    said = CATALOGUE.render(text, **{name: f"<{name}>" for name in text.fields})
    assert all(f"<{name}>" in said for name in text.fields)
    assert "!" not in said
    assert not [letter for letter in said if unicodedata.category(letter) in {"So", "Sk", "Cf", "Cn", "Co"}]
    assert unicodedata.is_normalized("NFC", said)


@pytest.mark.parametrize(
    "text",
    [
        MessageId.ALERT_SEALED,
        MessageId.ALERT_CASE,
        MessageId.ALERT_NAME,
        MessageId.REQUEST_SEALED,
        MessageId.REQUEST_DIACRITICS,
    ],
)
def test_what_is_said_of_a_finding_never_concludes(text: MessageId) -> None:
    said = CATALOGUE.render(text, **{name: f"<{name}>" for name in text.fields})
    sign = CATALOGUE.render(MessageId.ALERT_SIGN, citation="<citation>")
    said = said.replace("<sign>", sign).replace("<closing>", CATALOGUE.render(MessageId.ALERT_CLOSING))
    assert "có dấu hiệu liên quan <citation>" in said
    assert "chưa phải kết luận" in said.lower()


def test_nothing_said_about_secrets_names_a_level() -> None:
    texts = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    for key in ("alert_sealed", "request_sealed", "alert_recalled", "case_sealed", "sealed_private", "alert_nobody"):
        assert not re.search(r"(?<!bí )\bmật\b", texts[key], re.IGNORECASE)
