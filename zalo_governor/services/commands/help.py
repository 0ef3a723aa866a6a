"""Command `/trogiup` (help): the few commands that the person needs most, or all that the person may use."""

from collections.abc import Mapping, Sequence
from datetime import date

from zalo_governor.domain.people import Person, Role
from zalo_governor.services.commands.base import Answer, AnyCommand, Call, Command
from zalo_governor.services.commands.parsing import folded
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.policy import ServicePolicy

_ALL = frozenset({"tat ca", "tatca", "het", "all"})
_DESK_CASES = {
    "vipham": MessageId.MENU_CASES,
    "xem": MessageId.MENU_SHOW,
    "xacnhan": MessageId.MENU_CONFIRM,
    "baonham": MessageId.MENU_FALSE_ALARM,
    "chuyen": MessageId.MENU_PASS_ON,
}
_MENUS: Mapping[Role, Mapping[str, MessageId]] = {
    Role.LEADER: {
        "baocao": MessageId.MENU_REPORT,
        "giaoviec": MessageId.MENU_DIRECTIVES,
        "duyet": MessageId.MENU_APPROVE,
        "thanhvien": MessageId.MENU_MEMBERS,
        "trangthai": MessageId.MENU_STATUS,
    },
    Role.ADMIN: {**_DESK_CASES, "baocao": MessageId.MENU_REPORT, "trangthai": MessageId.MENU_STATUS},
    Role.ADMIN_STAFF: {**_DESK_CASES, "giaoviec": MessageId.MENU_DIRECTIVES, "trangthai": MessageId.MENU_STATUS},
    Role.REPORT_READER: {
        "baocao": MessageId.MENU_REPORT,
        "giaoviec": MessageId.MENU_DIRECTIVES,
        "trangthai": MessageId.MENU_STATUS,
        "quyche": MessageId.MENU_REGULATION,
    },
    Role.LEADERSHIP: {
        "giaoviec": MessageId.MENU_DIRECTIVES,
        "nhac": MessageId.USAGE_REMIND,
        "giahan": MessageId.USAGE_EXTEND,
        "quyche": MessageId.MENU_REGULATION,
    },
    Role.MEMBER: {
        "giaoviec": MessageId.MENU_OWN_DIRECTIVES,
        "giaitrinh": MessageId.MENU_EXPLAIN,
        "xemlai": MessageId.MENU_REVIEW,
        "suco": MessageId.USAGE_INCIDENT,
        "gopy": MessageId.USAGE_SUGGESTION,
        "quyche": MessageId.MENU_REGULATION,
    },
}
"""Role -> the commands that its holders use most, as (word, line of the menu); the first role that a person has counts,
and a person without any gets the menu of members."""


_WITH_OTHERS = {"xong": MessageId.MENU_KEEP_DIRECTIVES}
"""Commands whose line among all commands names others too, which have none."""


class Help(Command[bool]):
    """Command `/trogiup` (help): show a short menu for the person's role, or list all commands that it may use."""

    word = "trogiup"
    aliases = ("help", "menu")
    usage = MessageId.USAGE_HELP
    forgiving = True
    roles = None

    def __init__(self, policy: ServicePolicy, others: Sequence[AnyCommand]) -> None:
        super().__init__(policy)
        self._all = (*others, self)

    def understand(self, rest: str, today: date) -> bool | None:
        """Return whether all commands are wanted; None if anything else was typed. `today` is not used."""
        typed = folded(rest).strip(" .?")
        return typed in _ALL if not typed or typed in _ALL else None

    def answer(self, call: Call, argument: bool) -> Answer:
        """Answer with the menu of the person's role or, if `argument`, with a line for each command it may use."""
        usages = self._everything(call.person) if argument else self._menu(call.person)
        rows = "\n".join(self.voice.render(MessageId.HELP_ROW, usage=self.voice.render(usage)) for usage in usages)
        text = MessageId.HELP if argument else MessageId.HELP_SHORT
        return Answer([self.voice.render_for(call.person, text, rows=rows)])

    def _everything(self, person: Person) -> list[MessageId]:
        shown = [command for command in self._all if command.in_help and command.allowed(person)]
        return [_WITH_OTHERS.get(command.word, command.usage) for command in shown]

    def _menu(self, person: Person) -> list[MessageId]:
        role = next((role for role in _MENUS if person.has(role)), Role.MEMBER)
        allowed = {command.word for command in self._all if command.allowed(person)}
        return [line for word, line in _MENUS[role].items() if word in allowed]
