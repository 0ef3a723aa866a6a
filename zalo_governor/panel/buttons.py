"""The buttons of the panel: each stands for a chat command, with what has to be typed beside it."""

from enum import StrEnum
from typing import NamedTuple

from zalo_governor.features.cases.commands.decide import ConfirmCase, FalseAlarm, TakeBack
from zalo_governor.features.cases.commands.explain import AddNote, Review
from zalo_governor.features.cases.commands.pass_on import PassOn, Remove, WhoHasSeen
from zalo_governor.features.cases.commands.record import NoteCase
from zalo_governor.features.directives.commands import (
    AcceptDirective,
    AskLater,
    AssignDirective,
    DropDirective,
    RejectDirective,
    RemindNow,
)
from zalo_governor.features.directives.end_commands import ExtendDirective, FinishDirective, ReopenDirective
from zalo_governor.features.group_changes.approve import Approve
from zalo_governor.features.members.commands import Belongs, PutOut


class Wants(StrEnum):
    """What a person has to enter in the field beside a button before pressing it."""

    NOTHING = "nothing"
    MAY = "may"
    """An optional text."""
    MUST = "must"
    CODE = "code"
    """Nothing at the first press, which shows a code of six digits; that code at the second press, which confirms."""
    WHEN = "when"
    """A day and an hour."""


class Button(NamedTuple):
    """A button that carries out a chat command."""

    word: str
    """Word of the chat command, such as "baonham"; the button's label is the message text `control_<word>`."""
    wants: Wants = Wants.NOTHING
    hint: str = ""
    """Label of the field beside the button."""
    sure: str = ""
    """Label of a box that must be ticked before, as no other button undoes the command; "" for no box."""
    variant: str = ""
    """Suffix of the message text with another label, such as "_secret"; "" for the usual label."""


CASE_BUTTONS = (
    Button(ConfirmCase.word),
    Button(FalseAlarm.word, Wants.MUST, "Lý do (bắt buộc)"),
    Button(PassOn.word, Wants.MAY, "Ý kiến gửi kèm (không bắt buộc)"),
    Button(AddNote.word, Wants.MUST, "Nội dung ghi chú"),
    Button(Review.word, Wants.MUST, "Lý do xem xét lại"),
    Button(TakeBack.word),
    Button(WhoHasSeen.word),
    Button(Remove.word, Wants.CODE, "Mã xác nhận 6 chữ số"),
    Button(Approve.word),
    Button(Belongs.word, Wants.MAY, "Họ tên - Chức vụ (nếu tên hiển thị chưa đủ)"),
    Button(PutOut.word, Wants.CODE, "Mã xác nhận 6 chữ số"),
)
_SURE = "Tôi muốn kết thúc theo dõi với mọi đơn vị còn lại"
DIRECTIVE_BUTTONS = (
    Button(ExtendDirective.word, Wants.WHEN, "Thời hạn mới"),
    Button(AssignDirective.word, Wants.MUST, "Ghi: thêm Sở Y tế, hoặc: bớt Sở Y tế"),
    Button(FinishDirective.word, Wants.MAY, "Lý do, kết quả (không bắt buộc)", _SURE),
    Button(DropDirective.word, Wants.MUST, "Lý do"),
    Button(ReopenDirective.word),
)
PROPOSAL_BUTTONS = (
    Button(AcceptDirective.word),
    Button(RejectDirective.word),
    Button(AskLater.word),
)
REMIND = Button(RemindNow.word)
RECORD = Button(NoteCase.word, Wants.MUST, "Nội dung ghi nhận")
EVERY = (*CASE_BUTTONS, *DIRECTIVE_BUTTONS, *PROPOSAL_BUTTONS, REMIND, RECORD)
BY_WORD = {button.word: button for button in EVERY}
