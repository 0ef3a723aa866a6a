from pathlib import Path

import pytest

from tests.zoo import makers as make
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.errors import ConfigError
from zalo_governor.sandbox.attachments.signatures import load_signatures
from zalo_governor.text.file_names.danger import Danger

SHIPPED = shipped_config() / "yara"


def test_the_offices_rules_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "rieng.yar").write_text(
        'rule eicar_test_file { meta: label = "macro" strings: $a = "MAU-RIENG" condition: $a }', encoding="utf-8"
    )
    signatures = load_signatures([SHIPPED, tmp_path])
    assert signatures.scan(b"x MAU-RIENG x") == [Danger("macro", certain=False)]
    assert signatures.scan(make.eicar()) == [Danger("signature", certain=True)]


def test_a_wrong_rule_is_named_by_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "sai.yar"
    path.write_text("rule a {\n  condition: khong_co\n}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"sai\.yar:2: luật YARA sai \(mã E009\)") as caught:
        load_signatures([tmp_path])
    assert "khong_co" not in str(caught.value)


def test_a_rule_cannot_read_other_files(tmp_path: Path) -> None:
    (tmp_path / "a.yar").write_text('include "/etc/passwd"\n', encoding="utf-8")
    with pytest.raises(ConfigError):
        load_signatures([tmp_path])


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yar").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(ConfigError, match=r"a\.yar"):
        load_signatures([tmp_path])


def test_without_rules_nothing_is_found(tmp_path: Path) -> None:
    assert load_signatures([tmp_path / "khong-co"]).scan(make.eicar()) == []


def test_the_test_file_inside_another_text_is_nothing() -> None:
    assert load_signatures([SHIPPED]).scan(b"Chuoi thu nghiem la " + make.eicar() + b" " * 300) == []
