"""The way back in a conversation of several questions, and long lines on the terminal."""

import io
import sys
from collections.abc import Callable

import pytest
import typer
from rich.console import Console

from zalo_governor.cli.prompts import Asking
from zalo_governor.cli.wrapping import folding_table, say

Type = Callable[..., io.StringIO]


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Type:
    """Somebody types these lines; gives what the terminal shows."""

    def begin(*lines: str) -> io.StringIO:
        shown, typed = io.StringIO(), iter(lines)

        def prompt(question: str, *, default: str, show_default: bool) -> str:
            shown.write(f"{question}\n")
            assert not show_default
            return next(typed) or default

        monkeypatch.setattr(typer, "prompt", prompt)
        return shown

    return begin


def talk(asking: Asking) -> tuple[str, bool, str]:
    asking.begin_section("first")
    asking.say("Mục một")
    name = asking.text("Tên", "mặc định", lambda answer: "Quá ngắn." if len(answer) < 2 else None)
    agreed = asking.yes("Đồng ý?", default=True)
    asking.begin_section("second")
    asking.say("Mục hai")
    place = asking.text("Nơi")
    asking.begin_section("end")
    if asking.text("Sửa?") == "1":
        asking.change_section("first", "end")
    return name, agreed, place


def converse(shown: io.StringIO) -> tuple[str, bool, str]:
    asking = Asking(Console(file=shown, width=120))
    return asking.converse(lambda: talk(asking))


@pytest.mark.parametrize("back", ["<", "quay lại", "QUAY LAI"])
def test_the_question_before_is_asked_again_also_across_sections(typing: Type, back: str) -> None:
    shown = typing("An", "c", back, "k", "Lai Châu", back, "Sơn La", "")
    assert converse(shown) == ("An", False, "Sơn La")
    assert shown.getvalue().splitlines() == [
        "Mục một", "Tên [mặc định]", "Đồng ý? (c: có, k: không) [c]", "Mục hai", "Nơi",
        "Đồng ý? (c: có, k: không) [c]", "Mục hai", "Nơi", "Sửa?", "Mục hai", "Nơi", "Sửa?",
    ]  # fmt: skip


def test_a_section_is_answered_anew_and_the_others_stay(typing: Type) -> None:
    shown = typing("An", "c", "Lai Châu", "1", "", "k", "")
    assert converse(shown) == ("mặc định", False, "Lai Châu")
    assert shown.getvalue().count("Nơi") == 1


def test_before_the_first_question_there_is_nothing(typing: Type) -> None:
    shown = typing("<", "x", "An", "c", "Lai Châu", "")
    assert converse(shown) == ("An", True, "Lai Châu")
    assert "Đây là câu hỏi đầu tiên." in shown.getvalue()
    assert "Quá ngắn." in shown.getvalue()


def test_outside_a_conversation_it_is_an_answer_like_any_other(typing: Type) -> None:
    typing("<")
    assert Asking(Console(file=io.StringIO())).text("Tên") == "<"


def test_a_long_line_breaks_at_spaces_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    line = "  - Đã khôi phục bản sao lưu: /srv/zalo-governor/data/sao-luu/a.zgbackup"
    say(line)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    say(line)
    assert capsys.readouterr().out.splitlines() == [
        line,
        "  - Đã khôi phục bản sao lưu:",
        "  /srv/zalo-governor/data/sao-luu/a.zgbackup",
    ]


def test_a_table_breaks_what_is_too_long_and_cuts_nothing() -> None:
    table = folding_table("Mục", "Kết quả")
    table.add_row("Nơi", "/srv/zalo-governor/data/sao-luu/sao-luu-20261201-030654.zgbackup")
    shown = io.StringIO()
    Console(file=shown, width=40).print(table)
    assert "…" not in shown.getvalue()
