"""Names of files are judged at once; uncertain dangers get the severity that the settings give them."""

import pytest

from tests.unit.features.desk import Desk
from tests.zoo.scanning import CONFIG
from zalo_governor.domain.events import Attachment
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import RuleContext
from zalo_governor.rules.checks.files import FileRule
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.text.file_names.danger import Danger

RULE = next(rule for rule in load_rulebook(CONFIG).engine.rules if isinstance(rule, FileRule))


def on(name: str, kind: str = "share.file") -> list[Finding]:
    event = Desk().message("member", "", attachment=Attachment(type=kind, title=name))
    return list(RULE.check(event, RuleContext()))


def test_a_program_is_named_first_and_its_disguise_is_a_reason() -> None:
    [finding] = on("bao-cao.pdf.exe")
    assert (finding.label, finding.severity, finding.field) == ("executable", Severity.MAJOR, "file_name")
    assert finding.reason == "double_extension+in_name"


@pytest.mark.parametrize("name", ["KH 12.3.docx", "anh.jpg", "", "ten khong duoi"])
def test_everyday_names_are_clean(name: str) -> None:
    assert not on(name)


def test_only_files_have_names() -> None:
    assert not on("bao-cao.pdf.exe", "chat.photo")
    assert not list(RULE.check(Desk().message("member", "x"), RuleContext()))


def test_certain_dangers_are_grave_and_others_as_set() -> None:
    assert RULE.finding_on(Danger("macro", certain=True)).severity is Severity.MAJOR
    assert RULE.finding_on(Danger("macro", certain=False)).severity is RULE.parameters.kinds["macro"]
    assert RULE.finding_on(Danger("polyglot", certain=False)).severity is RULE.parameters.uncertain
