"""What a demonstration shows while it runs: what is heard, judged and sent."""

import json
import textwrap
from collections.abc import Callable, Iterable
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from zalo_governor.cli.demo.check import Check
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.inbound import RawDict

HIDDEN = "[nội dung giả định, không hiển thị]"

_WIDTH = 110
_SILENT = {"seen"}
_SHOWN_FACTS = ("rule", "label", "severity", "case", "state", "purpose", "cause", "recovered")
_BOT_EVENTS = {"judged": "yellow", "sealed": "bold red", "line": "magenta", "gap": "magenta"}


class Screen:
    """Coloured lines at a terminal, plain lines elsewhere."""

    def __init__(self, names: dict[str, str]) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._names = names
        """uid -> name, for who is written to."""

    def say(self, text: str) -> None:
        """A line of the demonstration itself."""
        self._console.print(Text(text, style="bold"))

    def explain(self) -> None:
        """What the words at the left of the lines mean."""
        self.say(
            "heard: what people do in the group; missed: while the line is cut; private: written to the bot alone\n"
            "judged: what a rule has found; sent: what the bot writes, and to whom\n"
            "The clock is the scenario's; the times in the bot's messages are real."
        )

    def show(self, events: Iterable[RawDict], lines: Iterable[str]) -> None:
        """What the simulator and the bot told since the last time, in the order in which it happened.

        `events` are the simulator's; `lines` are of the bot's log, ids only. What the bot sent is shown from the
        simulator's side.
        """
        moments: list[tuple[int, Callable[[RawDict], None], RawDict]] = [
            (event.get("at_ms", 0), self._happened, event) for event in events
        ]
        moments += [(_moment(entry), self._bot_said, entry) for entry in map(_log_entry, lines) if entry]
        for _, show, entry in sorted(moments, key=lambda moment: moment[0]):
            show(entry)

    def verdict(self, checks: list[Check]) -> None:
        """What was expected and what was found."""
        if self._console.is_terminal:
            table = Table("", "expected", "found", title="Expected and found")
            for check in checks:
                table.add_row(Text("ok" if check.ok else "MISSING", style="green" if check.ok else "bold red"),
                              Text(check.expected), Text(check.found))  # fmt: skip
            self._console.print(table)
            return
        for check in checks:
            self._console.print(Text(f"{'ok     ' if check.ok else 'MISSING'} {check.expected}: {check.found}"))

    def _happened(self, event: RawDict) -> None:
        kind = event["kind"]
        if kind == "sent":
            where = "group" if event["is_group"] else _short_name(self._names.get(event["thread"]) or event["thread"])
            self._line("", "sent", f"-> {where}: {_first_lines(event['text'])}", "green")
        elif kind in {"cut", "restored"}:
            self._line(event["clock"], "line", "the line breaks" if kind == "cut" else "the line is back", "magenta")
        elif "clock" in event and kind not in _SILENT:
            text = HIDDEN if event["expect"].get("sealed") else event["text"]
            told = "missed" if event["cut"] else "private" if event.get("where") == "private" else "heard"
            self._names |= {event["uid"]: event["who"]} if event.get("uid") else {}
            self._names |= {event["member"]: event["text"]} if event.get("member") else {}
            act = "" if kind in {"say", "dm"} else f" [{kind}]"
            said = f"{_short_name(event['who'])}{act}" + (f": {text}" if text else "")
            self._line(event["clock"], told, said, "cyan")

    def _bot_said(self, entry: RawDict) -> None:
        name = str(entry.get("event"))
        if name == "judged" and entry.get("private") and not entry.get("sealed"):
            return  # What is written to the bot alone opens no case.
        facts = "  ".join(f"{key}={entry[key]}" for key in _SHOWN_FACTS if entry.get(key) not in {None, ""})
        if name in _BOT_EVENTS and facts:
            self._line("", name, facts, _BOT_EVENTS[name])
        elif entry.get("level") == "error":
            self._line("", "error", f"{name}  {facts}", "bold red")

    def _line(self, clock: str, what: str, text: str, style: str) -> None:
        short = textwrap.shorten(text.replace("\n", " "), _WIDTH, placeholder=" …")
        self._console.print(Text.assemble((f"{clock[:5]:5} ", "dim"), (f"{what:8}", style), short))


def _log_entry(line: str) -> RawDict | None:
    """A line of the bot's log; None for what is no JSON object."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def _moment(entry: RawDict) -> int:
    """Milliseconds since 1970 of a log line."""
    try:
        return to_ms(datetime.fromisoformat(str(entry.get("timestamp"))))
    except ValueError:
        return 0


def _first_lines(text: str) -> str:
    """Enough of a message that the bot sent to know it by."""
    return " ".join(text.splitlines()[:2])


def _short_name(name: str) -> str:
    return name.partition(" - ")[0]
