"""Asking the operator questions on the terminal, in Vietnamese, with a way back to the question before."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import typer
from rich.console import Console

from zalo_governor.cli.wrapping import wrapped
from zalo_governor.text.fold import fold

_BACK = frozenset({"<", "quay lai", "back"})
HINT_OF_BACK = "gõ < (hoặc: quay lại) để trở về câu trước"
ResultT = TypeVar("ResultT")
_YES = frozenset({"c", "co", "d", "dong y", "y", "yes"})
_NO = frozenset({"k", "khong", "n", "no"})


class _GoBackError(Exception):
    """Raised to begin a conversation anew, as the operator wants to change earlier answers."""


class Asking:
    """Asks the operator questions on the terminal, each again until the answer is valid.

    All methods that ask raise typer.Abort on Ctrl-C or at the end of the input.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._section = ""
        self._answers: dict[str, list[str]] = {}
        """Answers given so far in each section of a conversation, in the order of the questions."""
        self._replayed: list[str] = []
        """Answers of the present section that are given again without asking, after the operator has gone back."""
        self._may_go_back = False

    def converse(self, talk: Callable[[], ResultT]) -> ResultT:
        """Run a conversation of several questions, in which the operator may go back, and return its result.

        `talk` asks the questions, after calling `begin_section` for each group of them. After `change_section` it is
        called anew; the answers in the other sections are then given again without asking. It must therefore have no
        effects of its own, and ask the same questions after the same answers.
        """
        self._may_go_back = True
        try:
            while True:
                try:
                    return talk()
                except _GoBackError:
                    continue
        finally:
            self._may_go_back = False
            self._replayed = []

    def begin_section(self, name: str) -> None:
        """Begin a group of questions of a conversation; the operator can answer it anew by `change_section`."""
        self._section = name
        self._replayed = list(self._answers.setdefault(name, []))

    def change_section(self, *names: str) -> None:
        """Ask the questions of these sections again; the answers in all other sections stay.

        Never returns: the conversation begins anew.
        """
        for name in names:
            self._answers[name] = []
        raise _GoBackError

    def say(self, line: str = "") -> None:
        """Print a line literally (square brackets are no formatting), unless earlier answers are being given again."""
        if not self._replayed:
            self._console.print(wrapped(line), markup=False, highlight=False, soft_wrap=True)

    def text(self, question: str, default: str = "", wrong: Callable[[str], str | None] = lambda _: None) -> str:
        """Ask for a text and return it; pressing Enter alone gives `default`.

        `wrong` is a function that checks the answer. It returns None for a valid answer, else a text that says what is
        wrong; this text is printed and the question asked again.
        """
        if self._replayed:
            return self._replayed.pop(0)
        while True:
            shown = f"{question} [{default}]" if default else question
            answer = str(typer.prompt(wrapped(shown), default=default, show_default=False)).strip()
            if self._may_go_back and fold(answer) in _BACK:
                self._go_back()
                continue
            problem = wrong(answer)
            if problem is None:
                if self._may_go_back:
                    self._answers.setdefault(self._section, []).append(answer)
                return answer
            self.say(f"  {problem}")

    def _go_back(self) -> None:
        """Raise _GoBackError without the last answer, so that its question is asked again; return if there is none."""
        names = list(self._answers)
        for name in reversed(names[: names.index(self._section) + 1] if self._section in names else names):
            if self._answers[name]:
                self._answers[name].pop()
                raise _GoBackError
        self.say("  Đây là câu hỏi đầu tiên.")

    def yes(self, question: str, *, default: bool) -> bool:
        """Ask a yes-or-no question and return whether the answer is yes; pressing Enter alone gives `default`.

        The operator types c (có: yes) or k (không: no).
        """
        while True:
            agreed = is_yes(self.text(f"{question} (c: có, k: không)", "c" if default else "k"))
            if agreed is not None:
                return agreed
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


def is_yes(answer: str) -> bool | None:
    """Return whether a typed answer means yes or no; None if neither."""
    typed = fold(answer)
    return typed in _YES if typed in _YES | _NO else None


def _parse_numbers(answer: str) -> list[int] | None:
    parts = answer.replace(",", " ").split()
    return [int(part) for part in parts] if all(part.isdecimal() for part in parts) else None
