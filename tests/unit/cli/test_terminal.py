"""A question at the terminal."""

import io

import pytest
import typer

from zalo_governor.cli.terminal import agreed


def answers(monkeypatch: pytest.MonkeyPatch, *typed: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))


@pytest.mark.parametrize(("typed", "taken"), [("c", True), ("Có", True), ("y", True), ("k", False), ("", False)])
def test_a_yes_is_said_and_enter_is_none(monkeypatch: pytest.MonkeyPatch, typed: str, taken: bool) -> None:
    answers(monkeypatch, typed)
    assert agreed("Ghi danh sách này?") is taken


def test_what_is_neither_is_asked_again(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answers(monkeypatch, "ừ", "có")
    assert agreed("Ghi danh sách này?")
    assert "Hãy trả lời c (có) hoặc k (không)." in capsys.readouterr().out


def test_with_nobody_there_nothing_is_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch)
    with pytest.raises(typer.Abort):
        agreed("Ghi danh sách này?")
