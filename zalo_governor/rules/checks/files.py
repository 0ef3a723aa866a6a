"""Rule for clause 4.4: no malware in files.

The rule itself judges the names of files, at once and without the files: a program under the name of a document needs
no scan. The scan of the content, which follows, takes the severities and the clause of its findings from this rule.
"""

from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import Parameters, Rule, RuleContext
from zalo_governor.text.file_names.danger import Danger
from zalo_governor.text.file_names.names import check_name

_FILE = "share.file"
"""Zalo's msgType of a message with a file; only its attachment has a name that the sender chose."""


class FileParameters(Parameters):
    """Severities of the rule, and how the texts in files are judged."""

    uncertain: Severity = Severity.TRIAGE
    """Severity of a danger that innocent files may have too, such as a macro."""
    kinds: dict[str, Severity] = {}
    """Label of an uncertain danger -> its severity, where it differs."""
    short_text: int = Field(default=1000, ge=0)
    """Up to how many characters of text a file counts as a short one, such as a poster, which is judged by clause 4.2.

    Long documents speak of everything that an office works on; judged sentence by sentence, nearly each would be
    suspected.
    """


class FileRule(Rule[FileParameters]):
    """Rule on dangerous files; checks the names of attached files."""

    id: ClassVar[str] = "4.4-tep-dinh-kem"
    parameters_type: ClassVar[type[Parameters]] = FileParameters

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """Yield the gravest finding on the name of the message's file."""
        if not isinstance(event, MessageSent) or event.attachment is None or event.attachment.type != _FILE:
            return
        dangers = sorted(check_name(event.attachment.title), key=lambda danger: not danger.certain)
        if dangers:
            labels = [danger.label for danger in dangers]
            yield self.finding_on(dangers[0]).model_copy(
                update={"field": "file_name", "reason": "+".join([*dict.fromkeys(labels[1:]), "in_name"])}
            )

    def finding_on(self, danger: Danger) -> Finding:
        """Return the finding on a danger in the name or the content of a file."""
        if danger.certain:
            return self.finding(danger.label)
        severity = self.parameters.kinds.get(danger.label, self.parameters.uncertain)
        return self.finding(danger.label, severity=severity)
