"""Command `/nhom` (group): choose the group that one's private commands are about."""

from datetime import date

from zalo_governor.messaging.command_parsing import folded, named_group
from zalo_governor.messaging.commands import Answer, Call, Command
from zalo_governor.messaging.formatter import one_line
from zalo_governor.messaging.templates import TextId

_ALL = frozenset({"tat ca", "tatca", "moi nhom", "all"})
_MOST_CHARACTERS = 120


class ChooseGroup(Command[str]):
    """Command `/nhom [name | tất cả]` (group): list one's groups, or choose which one private commands are about."""

    word = "nhom"
    usage = TextId("usage_groups")
    forgiving = True
    in_help = False
    roles = None
    takes_group = False

    def understand(self, rest: str, today: date) -> str | None:
        """Return `rest`, the name of a group as typed, on one line; "" asks for the list."""
        return one_line(rest.strip(" :.?"), _MOST_CHARACTERS)

    def answer(self, call: Call, argument: str) -> Answer:
        """Choose the group named, or none for `tất cả` (all); else list the person's groups, marking the chosen one."""
        if folded(argument) in _ALL:
            call.uow.people.choose_group(call.person, None)
            return self.say(call, TextId("group_all"), "done", "all")
        if argument:
            group, before = named_group(argument, call.reach)
            if group is not None and not before:
                call.uow.people.choose_group(call.person, group.id)
                return self.say(call, TextId("group_chosen"), "done", group.id, group=self.voice.group(group))
        rows = [
            self.voice.render(
                TextId("group_row_chosen") if group.id == call.person.chosen_group else TextId("group_row"),
                group=self.voice.group(group),
            )
            for group in call.reach
        ]
        if not rows:
            return self.say(call, TextId("not_governed"))
        text = TextId("group_unknown") if argument else TextId("groups")
        return self.say(call, text, "listed", rows="\n".join(rows))
