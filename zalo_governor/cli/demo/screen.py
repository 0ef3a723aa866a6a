"""Terminal output of a demonstration: what people do, what the bot finds, and what it sends."""

import json
import textwrap
from collections.abc import Callable, Iterable
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from zalo_governor.cli import words
from zalo_governor.cli.demo.check import Check
from zalo_governor.cli.language import translated
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.inbound import RawDict

HIDDEN = "[nội dung giả định, không hiển thị]"
_WORD_WIDTH = 10

_WIDTH = 110
_HIDDEN_KINDS = {"seen"}
_SHOWN_FACTS = ("rule", "label", "severity", "case", "state", "purpose", "cause", "recovered")
_BOT_EVENT_NAMES = {"judged": "dấu hiệu", "sealed": "không lưu", "line": "kết nối", "gap": "gián đoạn"}
_BOT_EVENTS = {"judged": "yellow", "sealed": "bold red", "line": "magenta", "gap": "magenta"}


class Screen:
    """Prints the progress of a demonstration: coloured lines on a terminal, plain lines elsewhere."""

    def __init__(self, names: dict[str, str]) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._names = names
        """uid -> name of the people who appear in the demonstration, to show names instead of uids."""

    def say(self, text: str) -> None:
        """Print a line of the command `demo` itself in bold, such as where the files are, in contrast to an event."""
        self._console.print(Text(text, style="bold"))

    def explain(self) -> None:
        """Print a legend for the words with which the lines of events begin (heard, judged, sent …)."""
        self.say(
            translated(
                "nhận: việc diễn ra trên Nhóm; bỏ lỡ: diễn ra khi mất kết nối; riêng: nhắn riêng cho Hệ thống\n"
                "dấu hiệu: điều một quy tắc phát hiện; gửi: tin của Hệ thống và người nhận\n"
                "Giờ ở đầu dòng theo kịch bản; giờ trong tin của Hệ thống là giờ thật.",
                "heard: what people do in the group; missed: while the line is cut; private: written to the bot alone\n"
                "judged: what a rule has found; sent: what the bot writes, and to whom\n"
                "The clock is the scenario's; the times in the bot's messages are real.",
            )
        )

    def show(self, events: Iterable[RawDict], lines: Iterable[str]) -> None:
        """Print new events of simulator and bot in the order in which they happened.

        `events` are the simulator's, among them the bot's messages; `lines` are lines of the bot's log.
        """
        moments: list[tuple[int, Callable[[RawDict], None], RawDict]] = [
            (event.get("at_ms", 0), self._show_event, event) for event in events
        ]
        moments += [
            (_timestamp_ms(entry), self._show_log_entry, entry) for entry in map(_parse_log_line, lines) if entry
        ]
        for _, show, entry in sorted(moments, key=lambda moment: moment[0]):
            show(entry)

    def verdict(self, checks: list[Check]) -> None:
        """Print the result of each check of the demonstration: what was expected, what was found, do both agree."""
        if self._console.is_terminal:
            table = Table(
                "",
                translated("cần có", "expected"),
                translated("kết quả", "found"),
                title=translated("Kết quả so với yêu cầu", "Expected and found"),
            )
            for check in checks:
                table.add_row(Text(_verdict(check), style="green" if check.ok else "bold red"),
                              Text(check.expected), Text(check.found))  # fmt: skip
            self._console.print(table)
            return
        for check in checks:
            self._console.print(Text(f"{_verdict(check):7} {check.expected}: {check.found}"))

    def _show_event(self, event: RawDict) -> None:
        kind = event["kind"]
        if kind == "sent":
            where = (
                translated("Nhóm", "group")
                if event["is_group"]
                else _short_name(self._names.get(event["thread"]) or event["thread"])
            )
            self._print_line("", translated("gửi", "sent"), f"→ {where}: {_first_lines(event['text'])}", "green")
        elif kind in {"cut", "restored"}:
            happened = (
                translated("mất kết nối với Zalo", "the line breaks")
                if kind == "cut"
                else translated("đã kết nối lại", "the line is back")
            )
            self._print_line(event["clock"], _bot_event("line"), happened, "magenta")
        elif "clock" in event and kind not in _HIDDEN_KINDS:
            text = HIDDEN if event["expect"].get("sealed") else event["text"]
            told = (
                translated("bỏ lỡ", "missed")
                if event["cut"]
                else translated("riêng", "private")
                if event.get("where") == "private"
                else translated("nhận", "heard")
            )
            self._names |= {event["uid"]: event["who"]} if event.get("uid") else {}
            self._names |= {event["member"]: event["text"]} if event.get("member") else {}
            act = "" if kind in {"say", "dm"} else f" [{words.act(kind)}]"
            said = f"{_short_name(event['who'])}{act}" + (f": {text}" if text else "")
            self._print_line(event["clock"], told, said, "cyan")

    def _show_log_entry(self, entry: RawDict) -> None:
        name = str(entry.get("event"))
        if name == "judged" and entry.get("private") and not entry.get("sealed"):
            return  # A private message to the bot opens no case.
        facts = words.facts({key: entry[key] for key in _SHOWN_FACTS if key in entry})
        if name in _BOT_EVENTS and facts:
            self._print_line("", _bot_event(name), facts, _BOT_EVENTS[name])
        elif entry.get("level") == "error":
            self._print_line("", translated("lỗi", "error"), f"{words.event(name)} ({facts})", "bold red")

    def _print_line(self, clock: str, what: str, text: str, style: str) -> None:
        short = textwrap.shorten(text.replace("\n", " "), _WIDTH, placeholder=" …")
        self._console.print(Text.assemble((f"{clock[:5]:5} ", "dim"), (f"{what:{_WORD_WIDTH}}", style), short))


def _verdict(check: Check) -> str:
    return translated("đạt", "ok") if check.ok else translated("THIẾU", "MISSING")


def _bot_event(name: str) -> str:
    return translated(_BOT_EVENT_NAMES[name], name)


def _parse_log_line(line: str) -> RawDict | None:
    """Parse a line of the bot's log; None if it is not a JSON object."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def _timestamp_ms(entry: RawDict) -> int:
    """Return the time of an entry of the bot's log in milliseconds since 1970; 0 if the entry has no valid time."""
    try:
        return to_ms(datetime.fromisoformat(str(entry.get("timestamp"))))
    except ValueError:
        return 0


def _first_lines(text: str) -> str:
    """Return the first two lines of a message as one, enough to recognise it; a colon follows a salutation."""
    first, _, rest = text.partition("\n")
    second = rest.partition("\n")[0]
    if first.endswith(","):
        return f"{first[:-1]}: {second[:1].lower()}{second[1:]}"
    return f"{first} {second}".strip()


def _short_name(name: str) -> str:
    return name.partition(" - ")[0]
