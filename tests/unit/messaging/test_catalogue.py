"""The message catalogue: what an admin who edits it gets told, and the voice of the shipped one."""

import re
import unicodedata
from pathlib import Path

import pytest

from tests.unit.features.desk import CATALOGUE
from zalo_governor.domain.errors import ConfigError
from zalo_governor.messaging.catalogue import Catalogue
from zalo_governor.messaging.templates import TextId


def own(tmp_path: Path, *lines: str) -> Path:
    """Return a rules folder whose file of own wording has the lines."""
    path = tmp_path / "messages" / "own.vi.yaml"
    path.parent.mkdir()
    path.write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("state_gnu: mới", "state_gnu: không có mục này; có phải định ghi state_new không?"),
        ("table_days: Ngày | Số tin", "table_days: phải gồm 4 phần, cách nhau bằng dấu |"),
        (
            'help_row: "- {usgae}"',
            "help_row: không có trường {usgae}; câu này được dùng: {usage}",
        ),
        ('help_row: "- {usage.text}"', "help_row: không có trường {usage.text}"),
        ('help_row: "- {}"', "help_row: không có trường {}"),
        ('help_row: "- {usage!r}"', "help_row: hãy viết {usage}, không kèm gì"),
        ('help_row: "- {usage:>9}"', "help_row: hãy viết {usage}, không kèm gì"),
        ('help_row: "- {usage"', "help_row: dấu ngoặc nhọn chưa đóng"),
        ('help_row: ""', "help_row: phải là câu chữ"),
        ("help_row: 3", "help_row: phải là câu chữ"),
        (
            'state_new: "{code}"',
            "state_new: không có trường {code}; câu này được dùng: (",
        ),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(tmp_path: Path, line: str, complaint: str) -> None:
    folder = own(tmp_path, "# của cơ quan", line)
    with pytest.raises(ConfigError) as raised:
        Catalogue.load(folder)
    assert str(raised.value).startswith(f"{folder / 'messages' / 'own.vi.yaml'}:2: ")
    assert complaint in str(raised.value)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        Catalogue.load(own(tmp_path, 'never: ""', "state_new: 7"))
    assert len(str(raised.value).splitlines()) == 2


def test_what_an_office_does_not_word_itself_is_worded_as_shipped(tmp_path: Path) -> None:
    catalogue = Catalogue.load(own(tmp_path, "state_new: vừa mở"))
    assert catalogue.render(TextId("state_new")) == "vừa mở"
    assert catalogue.render(TextId("state_reminded")) == CATALOGUE.render(TextId("state_reminded"))


def test_wording_in_the_file_of_earlier_versions_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    (tmp_path / "messages.vi.yaml").write_text("state_new: vừa mở", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"messages\.vi\.yaml: tệp này không còn được đọc"):
        Catalogue.load(tmp_path)


def test_an_office_may_leave_out_a_field_but_not_the_limit(tmp_path: Path) -> None:
    catalogue = Catalogue.load(own(tmp_path, "alert_case: Có việc {code}"))
    template = catalogue.template(TextId("alert_case"))
    assert template.limit == 340
    assert catalogue.render(TextId("alert_case"), **dict.fromkeys(template.fields, "VP1")) == "Có việc VP1"


def test_values_may_hold_braces_and_are_shown_as_they_are() -> None:
    assert CATALOGUE.render(TextId("who"), name="{code} {0} {{x}} }{") == "đồng chí {code} {0} {{x}} }{"


def test_a_text_with_other_fields_than_declared_is_refused() -> None:
    with pytest.raises(TypeError, match="who takes"):
        CATALOGUE.render(TextId("who"), code="VP1")


@pytest.mark.parametrize("text", list(CATALOGUE))
def test_shipped_texts_use_every_field_and_keep_the_voice(text: TextId) -> None:
    said = CATALOGUE.render(text, **{name: f"<{name}>" for name in CATALOGUE.template(text).fields})
    assert all(f"<{name}>" in said for name in CATALOGUE.template(text).fields)
    assert "!" not in said
    assert not [letter for letter in said if unicodedata.category(letter) in {"So", "Sk", "Cf", "Cn", "Co"}]
    assert unicodedata.is_normalized("NFC", said)


@pytest.mark.parametrize(
    "text",
    [
        TextId("alert_sealed"),
        TextId("alert_case"),
        TextId("alert_name"),
        TextId("request_sealed"),
        TextId("request_diacritics"),
    ],
)
def test_what_is_said_of_a_finding_never_concludes(text: TextId) -> None:
    said = CATALOGUE.render(text, **{name: f"<{name}>" for name in CATALOGUE.template(text).fields})
    sign = CATALOGUE.render(TextId("alert_sign"), citation="<citation>")
    said = said.replace("<sign>", sign).replace("<closing>", CATALOGUE.render(TextId("alert_closing")))
    assert "có dấu hiệu liên quan <citation>" in said
    assert "chưa phải kết luận" in said.lower()


def test_nothing_said_about_secrets_names_a_level() -> None:
    for key in ("alert_sealed", "request_sealed", "alert_recalled", "case_sealed", "sealed_private", "alert_nobody"):
        assert not re.search(r"(?<!bí )\bmật\b", CATALOGUE.template(TextId(key)).text, re.IGNORECASE)
