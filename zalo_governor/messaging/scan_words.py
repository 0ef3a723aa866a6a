"""Vietnamese texts about scans of attachments: their result, and what was not checked and why."""

from collections.abc import Iterable

from zalo_governor.domain.attachments import FileScan, NotChecked, ScanTools
from zalo_governor.messaging.formatter import MessageFormatter, day, moment, size_in_words
from zalo_governor.messaging.templates import TextId
from zalo_governor.text.file_names.kinds import kind_in_words

_REASONS = {code: TextId(f"not_checked_{code.name.lower()}") for code in NotChecked}


def scan_line(voice: MessageFormatter, scan: FileScan) -> str:
    """Return a line on the result of a scan: type, size, tools with date of the signatures, what was not checked."""
    result = scan.result
    line = voice.render(
        TextId("case_scan"),
        when=moment(scan.scanned_at),
        type=kind_in_words(result.type) if result.type else voice.render(TextId("scan_type_unknown")),
        size=size_in_words(result.size),
        tools=", ".join(filter(None, (result.tools.readers, _antivirus(voice, result.tools)))),
    )
    # The tools say already that no antivirus looked at the file.
    missing = [code for code in result.not_checked if code is not NotChecked.NO_ANTIVIRUS]
    if missing:
        line += voice.render(TextId("case_scan_not_checked"), reasons=reasons_in_words(voice, missing))
    return line


def reasons_in_words(voice: MessageFormatter, reasons: Iterable[NotChecked]) -> str:
    """Return why something was not checked, as Vietnamese texts joined by commas."""
    return ", ".join(voice.render(_REASONS[code]) for code in reasons)


def _antivirus(voice: MessageFormatter, tools: ScanTools) -> str:
    if tools.antivirus is None:
        return voice.render(TextId("scan_no_antivirus"))
    if tools.signatures_at is None:
        return voice.render(TextId("scan_antivirus_undated"), engine=tools.antivirus)
    return voice.render(TextId("scan_antivirus"), engine=tools.antivirus, date=day(tools.signatures_at))
