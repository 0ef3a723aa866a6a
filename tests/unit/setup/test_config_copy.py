"""The office's copy of config/ follows the program where the office has not changed it."""

import shutil
from pathlib import Path

import pytest

from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.errors import ConfigError
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.setup.config_copy import LIST, CopyReport, OfficeCopy


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A small stand-in of what is shipped."""
    folder = tmp_path / "shipped"
    (folder / "rules").mkdir(parents=True)
    (folder / "demo").mkdir()
    for name in ("rules/a.yaml", "rules/b.yaml", "messages.vi.yaml", "governor.yaml", "demo/governor.yaml"):
        (folder / name).write_text(f"# {name}\n", encoding="utf-8")
    (folder / "quy-che.yaml").write_text('# Quy chế\nnumber: "893"  # số\nclauses: []\n', encoding="utf-8")
    return folder


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return tmp_path / "office"


def bring(shipped: Path, office: Path, **regulation: str) -> CopyReport:
    return OfficeCopy(shipped, office).bring_up_to_date(regulation)


def squeezed(path: Path) -> str:
    return " ".join(path.read_text(encoding="utf-8").split())


def test_the_copy_has_what_the_program_reads_and_the_number_of_the_offices_own_regulation(
    shipped: Path, office: Path
) -> None:
    report = bring(shipped, office, number="1234")
    assert report.added == ["messages.vi.yaml", "quy-che.yaml", "rules/a.yaml", "rules/b.yaml"]
    assert squeezed(office / "quy-che.yaml") == '# Quy chế number: "1234" # số clauses: []'
    assert bring(shipped, office) == CopyReport()


def test_what_the_office_changed_is_left_and_named_and_the_rest_follows_the_program(
    shipped: Path, office: Path
) -> None:
    bring(shipped, office, number="1234")
    (office / "rules" / "a.yaml").write_text("# của cơ quan\n", encoding="utf-8")
    for name in ("rules/a.yaml", "rules/b.yaml", "rules/c.yaml"):
        (shipped / name).write_text("# bản mới\n", encoding="utf-8")
    (shipped / "messages.vi.yaml").unlink()
    (shipped / "quy-che.yaml").write_text('# Quy chế\nnumber: "893"  # số\nclauses: [mới]\n', encoding="utf-8")
    report = bring(shipped, office)
    assert report == CopyReport(
        added=["rules/c.yaml"],
        updated=["quy-che.yaml", "rules/b.yaml"],
        removed=["messages.vi.yaml"],
        left=["rules/a.yaml"],
    )
    assert (office / "rules" / "a.yaml").read_text(encoding="utf-8") == "# của cơ quan\n"
    assert squeezed(office / "quy-che.yaml") == '# Quy chế number: "1234" # số clauses: [mới]'
    assert bring(shipped, office).left == ["rules/a.yaml"]


def test_a_regulation_edited_by_hand_gets_the_new_number_and_keeps_the_edit(shipped: Path, office: Path) -> None:
    bring(shipped, office)
    own = office / "quy-che.yaml"
    own.write_text(own.read_text(encoding="utf-8") + "title: của tỉnh  # sửa tay\n", encoding="utf-8")
    assert bring(shipped, office, number="77").left == ["quy-che.yaml"]
    assert squeezed(own) == '# Quy chế number: "77" # số clauses: [] title: của tỉnh # sửa tay'


def test_a_copy_made_by_hand_is_taken_over_and_one_that_broke_off_is_finished(shipped: Path, office: Path) -> None:
    shutil.copytree(shipped, office)
    (office / "rules" / "b.yaml").write_text("# của cơ quan\n", encoding="utf-8")
    (office / "rules" / "a.yaml").unlink()
    report = bring(shipped, office)
    assert (report.added, report.left) == (["rules/a.yaml"], ["rules/b.yaml"])
    (shipped / "messages.vi.yaml").write_text("# bản mới\n", encoding="utf-8")
    assert bring(shipped, office).updated == ["messages.vi.yaml"]


def test_a_list_that_cannot_be_read_is_named(shipped: Path, office: Path) -> None:
    bring(shipped, office)
    (office / LIST).write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match=LIST):
        bring(shipped, office)


def test_the_real_copy_can_be_gone_by(office: Path) -> None:
    bring(shipped_config(), office, number="1234")
    assert load_rulebook(office).regulation.number == "1234"
