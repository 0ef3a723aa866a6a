"""What the operator of a rehearsal sees: what to do, how what arrived was read, and the summary at the end."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from zalo_governor.cli.rehearse.acts import Act, Who, all_acts
from zalo_governor.domain.clock import local
from zalo_governor.zalo.recording.known import Difference, known_structures
from zalo_governor.zalo.recording.rehearsal import Observed, Outcome, Rehearsal

WORDS = {
    Outcome.KNOWN: "như đã biết",
    Outcome.DIFFERENT: "khác với đã biết, vẫn hiểu",
    Outcome.NOT_UNDERSTOOD: "không hiểu",
    Outcome.NOT_SEEN: "chưa thấy",
}
_COLOURS = {
    Outcome.KNOWN: "green",
    Outcome.DIFFERENT: "yellow",
    Outcome.NOT_UNDERSTOOD: "bold red",
    Outcome.NOT_SEEN: "bright_black",
}
_WHO = {
    Who.OWNER: "trưởng nhóm trên Zalo",
    Who.DEPUTY: "phó nhóm trên Zalo",
    Who.MEMBER: "thành viên",
    Who.BOT: "tài khoản dự phòng",
    Who.OPERATOR: "người ngồi máy",
}
_DEVICES = {"phone": ", bằng điện thoại", "desktop": ", bằng máy tính", "": ""}
_FORMS = {
    "null": "rỗng", "bool": "đúng/sai", "int": "số", "float": "số lẻ", "int#": "mã (số)", "str": "chữ",
    "str#": "mã (chữ)", "object": "đối tượng", "list": "danh sách", "json": "JSON dạng chữ",
}  # fmt: skip
_MOST_DIFFERENCES = 8
_INTRODUCTION = (
    "Diễn tập với Zalo thật: chừng một giờ, với một tài khoản dự phòng và một Nhóm thử có trưởng nhóm, phó nhóm và "
    "thành viên. Không dùng tài khoản mà Hệ thống đang chạy: đăng nhập ở đây sẽ ngắt phiên của Hệ thống.\n"
    "Chương trình chỉ ghi cấu trúc của những gì Zalo gửi, không ghi nội dung, tên người hay mã phiên.\n"
    "Trong lúc chờ, gõ: b (bỏ qua), < (làm lại việc trước), n (điều vừa nhận chính là việc này), ? (xem tiến độ), "
    "d (dừng, lần sau làm tiếp), x (kết thúc)."
)


class Screen:
    """Prints on a terminal how the rehearsal goes: trying the program with the real Zalo in a test group."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def say(self, line: str | Text = "") -> None:
        """Print a line literally."""
        self.console.print(line, markup=False, highlight=False, soft_wrap=not self.console.is_terminal)

    def introduce(self) -> None:
        """Say what a rehearsal is, and what may be typed."""
        self.say(_INTRODUCTION)

    def say_stopped(self) -> None:
        """Say that the rehearsal was stopped, and that the same command continues it."""
        self.say("Đã dừng. Chạy lại lệnh này để làm tiếp.")

    def show_act(self, act: Act) -> None:
        """Show which act comes now, who does it and what it is."""
        number = f"\nViệc {_number(act)}/{len(all_acts())}"
        self.say(Text.assemble((number, "bold"), f" ({_who(act)}): ", (act.do, "bold")))

    def show_other_act(self, act: Act) -> None:
        """Say that what arrived was recognised as `act`, which is not the act that was asked for."""
        self.say(f"  Nhận ra việc {_number(act)} ({_who(act)}): {act.do}")

    def show_observed(self, observed: Observed) -> None:
        """Show the outcome of an act, and how what arrived differs from the structure that the program knows."""
        self.say(Text.assemble("  → ", (WORDS[observed.outcome], _COLOURS[observed.outcome])))
        for line in explain(observed):
            self.say(f"     {line}")

    def show_unassigned(self, observed: Observed) -> None:
        """Say that something arrived that fits no act, and that typing n records it as the act being asked for."""
        self.say(f"  Vừa nhận một điều lạ ({observed.kind}). Nếu đó chính là việc đang làm, gõ n.")

    def show_progress(self, done: Mapping[str, Observed], asked: Act) -> None:
        """List all acts with their outcome (`done`: id of act -> what was observed); `asked` is waited for now."""
        for act in all_acts():
            word = WORDS[done[act.id].outcome] if act.id in done else "đang chờ" if act is asked else "chưa đến"
            self.say(f"  {_number(act):>2}. [{word}] {act.do}")

    def show_summary(self, rehearsal: Rehearsal, path: Path) -> None:
        """Show the result of the rehearsal: a table of the acts, what else arrived, and where the recording is."""
        table = Table(title=f"Kết quả diễn tập {local(rehearsal.changed_at):%H:%M %d/%m/%Y}", title_style="bold")
        for heading in ("", "Việc", "Kết quả"):
            table.add_column(heading)
        for act in all_acts():
            observed = rehearsal.acts.get(act.id)
            outcome = observed.outcome if observed else Outcome.NOT_SEEN
            told = Text(WORDS[outcome], style=_COLOURS[outcome])
            told.append("".join(f"\n{line}" for line in explain(observed)) if observed else "", style="default")
            table.add_row(str(_number(act)), Text(f"{act.do}\n{_who(act)}"), told)
        self.say()
        self.console.print(table)
        counted = Counter(observed.outcome for observed in rehearsal.acts.values())
        self.say(f"{', '.join(f'{counted[outcome]} {word}' for outcome, word in WORDS.items())}.")
        strange = [other for other in rehearsal.others if other.outcome is not Outcome.KNOWN]
        if strange:
            self.say(f"Ngoài các việc trên, nhận thêm {len(strange)} cấu trúc khác với đã biết hoặc chưa hiểu.")
        self.say(f"Phiên bản đã khai với Zalo: {rehearsal.client_version or 'chưa đăng nhập'}.")
        self.say(f"Bản ghi cấu trúc, không có nội dung, tên người hay mã phiên: {path}")
        self.say("Đề nghị gửi bản ghi này cho bên làm chương trình.")


def explain(observed: Observed) -> list[str]:
    """Return in Vietnamese how what arrived differs from the known structure, a line for each of at most 8 fields."""
    if observed.outcome in {Outcome.DIFFERENT, Outcome.NOT_UNDERSTOOD} and not observed.differences:
        known = observed.kind.removeprefix("old:") in known_structures()
        told = (
            "có cấu trúc như đã biết, nhưng không đọc được hoặc đọc thành việc khác"
            if known
            else "chưa có trong bảng cấu trúc đã biết"
        )
        return [f"loại {observed.kind} {told}"]
    lines = [_explain_one(difference) for difference in observed.differences[:_MOST_DIFFERENCES]]
    left = len(observed.differences) - len(lines)
    return [*lines, f"và {left} chỗ khác"] if left else lines


def _number(act: Act) -> int:
    return all_acts().index(act) + 1


def _who(act: Act) -> str:
    return f"{_WHO[act.who]}{_DEVICES[act.device]}"


def _explain_one(difference: Difference) -> str:
    known = " hoặc ".join(map(_word, difference.known))
    if not difference.now:
        return f"{difference.path}: không còn (đã biết: {known})"
    if not difference.known:
        return f"{difference.path}: trường mới ({_word(difference.now)})"
    return f"{difference.path}: {_word(difference.now)} (đã biết: {known})"


def _word(form: str) -> str:
    kind, constant, value = form.partition("=")
    return f"{_FORMS.get(kind, kind)} {value}" if constant else _FORMS.get(form, form)
