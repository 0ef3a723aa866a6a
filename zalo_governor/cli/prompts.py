"""Questions at the terminal, in Vietnamese."""

from collections.abc import Callable, Sequence

import typer
from rich.console import Console

from zalo_governor.text.fold import fold

_YES = frozenset({"c", "co", "d", "dong y", "y", "yes"})
_NO = frozenset({"k", "khong", "n", "no"})


class Asking:
    """Asks until the answer can be used. Every question raises typer.Abort at Ctrl-C and at the end of the input."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, line: str = "") -> None:
        """A line as it is."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def text(self, question: str, default: str = "", wrong: Callable[[str], str | None] = lambda _: None) -> str:
        """A text; Enter alone takes the default. `wrong` says what is wrong with an answer, None for nothing."""
        while True:
            shown = f"{question} [{default}]" if default else question
            answer = str(typer.prompt(shown, default=default, show_default=False)).strip()
            problem = wrong(answer)
            if problem is None:
                return answer
            self.say(f"  {problem}")

    def yes(self, question: str, *, default: bool) -> bool:
        """Whether the answer is yes: c or k."""
        while True:
            answer = fold(self.text(f"{question} (c/k)", "c" if default else "k"))
            if answer in _YES | _NO:
                return answer in _YES
            self.say("  Đề nghị gõ c (có) hoặc k (không).")

    def one(self, question: str, lines: Sequence[str], default: int | None = None) -> int | None:
        """The place of one of the lines, counted from 0; None where nothing was typed and there is no default."""
        found = self.several(question, lines, [] if default is None else [default], most=1)
        return found[0] if found else None

    def several(
        self, question: str, lines: Sequence[str], default: Sequence[int] = (), most: int | None = None
    ) -> list[int]:
        """The places of the lines whose numbers are typed, such as `1` or `1, 3`."""
        for number, line in enumerate(lines, 1):
            self.say(f"  {number}. {line}")

        def wrong(answer: str) -> str | None:
            typed = _typed_numbers(answer)
            if typed is None or any(not 1 <= number <= len(lines) for number in typed):
                return f"Đề nghị gõ số từ 1 đến {len(lines)}."
            return "Chỉ chọn một số." if most and len(typed) > most else None

        answer = self.text(question, ", ".join(str(place + 1) for place in default), wrong)
        return list(dict.fromkeys(number - 1 for number in _typed_numbers(answer) or []))


def _typed_numbers(answer: str) -> list[int] | None:
    parts = answer.replace(",", " ").split()
    return [int(part) for part in parts] if all(part.isdecimal() for part in parts) else None
