"""Asking the operator questions on the terminal, in Vietnamese."""

from collections.abc import Callable, Sequence

import typer
from rich.console import Console

from zalo_governor.text.fold import fold

_YES = frozenset({"c", "co", "d", "dong y", "y", "yes"})
_NO = frozenset({"k", "khong", "n", "no"})


class Asking:
    """Asks the operator questions on the terminal, each again until the answer is valid.

    All methods that ask raise typer.Abort on Ctrl-C or at the end of the input.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, line: str = "") -> None:
        """Print a line literally: text in square brackets is not taken for rich's formatting commands."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def text(self, question: str, default: str = "", wrong: Callable[[str], str | None] = lambda _: None) -> str:
        """Ask for a text and return it; pressing Enter alone gives `default`.

        `wrong` is a function that checks the answer. It returns None for a valid answer, else a text that says what is
        wrong; this text is printed and the question asked again.
        """
        while True:
            shown = f"{question} [{default}]" if default else question
            answer = str(typer.prompt(shown, default=default, show_default=False)).strip()
            problem = wrong(answer)
            if problem is None:
                return answer
            self.say(f"  {problem}")

    def yes(self, question: str, *, default: bool) -> bool:
        """Ask a yes-or-no question and return whether the answer is yes; pressing Enter alone gives `default`.

        The operator types c (có: yes) or k (không: no).
        """
        while True:
            answer = fold(self.text(f"{question} (c/k)", "c" if default else "k"))
            if answer in _YES | _NO:
                return answer in _YES
            self.say("  Đề nghị gõ c (có) hoặc k (không).")

    def one(self, question: str, lines: Sequence[str], default: int | None = None) -> int | None:
        """Show numbered lines and ask to choose one; return its index from 0.

        `default` is the index chosen by pressing Enter alone; if it is None, Enter alone gives the result None.
        """
        found = self.several(question, lines, [] if default is None else [default], most=1)
        return found[0] if found else None

    def several(
        self, question: str, lines: Sequence[str], default: Sequence[int] = (), most: int | None = None
    ) -> list[int]:
        """Show numbered lines and ask to choose some by number (`1, 3`); return their indexes from 0.

        `default` are the indexes chosen by pressing Enter alone; `most` limits how many may be chosen.
        """
        for number, line in enumerate(lines, 1):
            self.say(f"  {number}. {line}")

        def wrong(answer: str) -> str | None:
            typed = _parse_numbers(answer)
            if typed is None or any(not 1 <= number <= len(lines) for number in typed):
                return f"Đề nghị gõ số từ 1 đến {len(lines)}."
            return "Chỉ chọn một số." if most and len(typed) > most else None

        answer = self.text(question, ", ".join(str(place + 1) for place in default), wrong)
        return list(dict.fromkeys(number - 1 for number in _parse_numbers(answer) or []))


def _parse_numbers(answer: str) -> list[int] | None:
    parts = answer.replace(",", " ").split()
    return [int(part) for part in parts] if all(part.isdecimal() for part in parts) else None
