"""Command `/trogiup` (help): the few commands that the person needs most, or all that the person may use."""

from collections.abc import Mapping, Sequence
from datetime import date

from zalo_governor.domain.people import Role
from zalo_governor.messaging.command_parsing import folded
from zalo_governor.messaging.commands import Answer, AnyCommand, Call, Command
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId

_ALL = frozenset({"tat ca", "tatca", "het", "all"})
_DESK_CASES = {
    "vipham": TextId("menu_cases"),
    "xem": TextId("menu_show"),
    "xacnhan": TextId("menu_confirm"),
    "baonham": TextId("menu_false_alarm"),
    "chuyen": TextId("menu_pass_on"),
}
_MENUS: Mapping[Role, Mapping[str, TextId]] = {
    Role.LEADER: {
        "baocao": TextId("menu_report"),
        "giaoviec": TextId("menu_directives"),
        "duyet": TextId("menu_approve"),
        "thanhvien": TextId("menu_members"),
        "trangthai": TextId("menu_status"),
    },
    Role.ADMIN: {**_DESK_CASES, "baocao": TextId("menu_report"), "trangthai": TextId("menu_status")},
    Role.ADMIN_STAFF: {**_DESK_CASES, "giaoviec": TextId("menu_directives"), "trangthai": TextId("menu_status")},
    Role.REPORT_READER: {
        "baocao": TextId("menu_report"),
        "giaoviec": TextId("menu_directives"),
        "trangthai": TextId("menu_status"),
        "quyche": TextId("menu_regulation"),
    },
    Role.LEADERSHIP: {
        "giaoviec": TextId("menu_directives"),
        "nhac": TextId("usage_remind"),
        "giahan": TextId("usage_extend"),
        "quyche": TextId("menu_regulation"),
    },
    Role.MEMBER: {
        "giaoviec": TextId("menu_own_directives"),
        "giaitrinh": TextId("menu_explain"),
        "xemlai": TextId("menu_review"),
        "suco": TextId("usage_incident"),
        "gopy": TextId("usage_suggestion"),
        "quyche": TextId("menu_regulation"),
    },
}
"""Role -> menu of the commands that its holders use most: word -> line. The first role that a person has counts; people
without a role get the menu of members."""


_WITH_OTHERS = {"xong": TextId("menu_keep_directives")}
"""Word of a command -> its line in the list of all commands, which names other commands too that have no line there."""


class Help(Command[bool]):
    """Command `/trogiup` (help): show a short menu for the person's role, or list all that the person may use."""

    word = "trogiup"
    aliases = ("help", "menu")
    usage = TextId("usage_help")
    forgiving = True
    roles = None

    def __init__(self, policy: ServicePolicy, others: Sequence[AnyCommand]) -> None:
        super().__init__(policy)
        self._all = (*others, self)

    def understand(self, rest: str, today: date) -> bool | None:
        """Return whether all commands are wanted; None if anything else was typed."""
        typed = folded(rest).strip(" .?")
        return typed in _ALL if not typed or typed in _ALL else None

    def answer(self, call: Call, argument: bool) -> Answer:
        """Return the menu of the person's role or, if `argument` is True, a line for each command that is allowed."""
        usages = self._everything(call) if argument else self._menu(call)
        rows = "\n".join(self.voice.render(TextId("help_row"), usage=self.voice.render(usage)) for usage in usages)
        text = TextId("help") if argument else TextId("help_short")
        return self.say(call, text, rows=rows)

    def _everything(self, call: Call) -> list[TextId]:
        shown = [command for command in self._all if command.in_help and command.allowed(call.person, call.groups)]
        return [_WITH_OTHERS.get(command.word, command.usage) for command in shown]

    def _menu(self, call: Call) -> list[TextId]:
        held = {role for group in call.groups for role in call.person.roles_in(group.id)}
        role = next((role for role in _MENUS if role in held), Role.MEMBER)
        allowed = {command.word for command in self._all if command.allowed(call.person, call.groups)}
        return [line for word, line in _MENUS[role].items() if word in allowed]
