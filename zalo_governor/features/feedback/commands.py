"""Commands `/suco` (report an incident) and `/gopy` (suggest); an admin who types no text gets a list of past ones."""

from datetime import date, timedelta
from typing import ClassVar

from zalo_governor.domain.feedback import Remark, RemarkKind
from zalo_governor.domain.people import DESK, Group
from zalo_governor.messaging.command_parsing import named_group
from zalo_governor.messaging.commands import Answer, Call, Command
from zalo_governor.messaging.formatter import moment, number, one_line
from zalo_governor.messaging.notifier import Notifier
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId
from zalo_governor.text.normalise import normalise

_LISTED_PERIOD = timedelta(days=90)
_ROWS = 10
_SHOWN_CHARACTERS = 150
_STORED_CHARACTERS = 1500
_URGENT = frozenset({"khẩn", "gấp", "khan"})
"""First words that mark an incident as urgent. "gấp" (urgent) needs its diacritics: "gap" may also be "gặp" (meet)."""


class _RemarkCommand(Command[str]):
    """Base class of the commands by which members send the admins a remark: an incident report or a suggestion."""

    roles = None
    takes_group = False
    kind: ClassVar[RemarkKind]
    kept: ClassVar[TextId]
    listed: ClassVar[TextId]
    none_yet: ClassVar[TextId]

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._post = Notifier(policy)

    def understand(self, rest: str, today: date) -> str | None:
        """Return `rest`, the text after the command's word, as one line; "" (nothing typed) asks for past remarks."""
        return one_line(rest.strip(" :"), len(rest))

    def answer(self, call: Call, argument: str) -> Answer:
        """Store the remark `argument` and pass it on to the admins; return the reply.

        Of several groups it is for the one named at its end; if none is, the reply asks which one is meant. If
        `argument` is "", return the list of past remarks (to an admin) or how to use the command (to anybody else).
        """
        if not call.groups:
            return self.say(call, TextId("not_governed"))
        if argument:
            # The group's name stays in the text, of which it may be a part.
            named, _ = named_group(argument, call.reach or call.groups)
            if named is None and len(call.groups) > 1:
                return self.say(call, TextId("which_group"), "which_group")
            return self._store(call, named or call.groups[0], argument)
        if (of_desk := call.of_holder(*DESK)).groups:
            return Answer([self._list(call, group.id) for group in of_desk.groups], "listed")
        return self.say(call, TextId("usage"), "usage", usage=self.voice.render(self.usage))

    def _store(self, call: Call, group: Group, words: str) -> Answer:
        now = self.policy.clock()
        said = one_line(words, _STORED_CHARACTERS)
        remark = call.uow.feedback.add(self.kind, group_id=group.id, person_id=call.person.id, text=said, at=now)
        text = self._pass_on(call, remark)
        line = self.voice.render_for(call.person, TextId("remark_in_group"), code=remark.code)
        return Answer([text], subject=remark.code, group_line=line)

    def _pass_on(self, call: Call, remark: Remark) -> str:
        """Return the reply to the member who sent the remark; the admins get it later, in a digest (summary)."""
        return self.voice.render_for(call.person, self.kept, code=remark.code)

    def _list(self, call: Call, group_id: str) -> str:
        now = self.policy.clock()
        found = call.uow.feedback.between(group_id, self.kind, now - _LISTED_PERIOD, now + timedelta(seconds=1))
        group = self.voice.group(self.policy.group(group_id))
        if not found:
            return self.voice.render(self.none_yet, group=group)
        rows = [
            self.voice.render(
                TextId("remark_row"),
                code=remark.code,
                when=moment(remark.at),
                who=self.voice.who(call.uow.people.get(remark.person_id)),
                said=one_line(remark.text, _SHOWN_CHARACTERS),
            )
            for remark in found[::-1][:_ROWS]
        ]
        return self.voice.render(self.listed, group=group, count=number(len(found)), rows="\n".join(rows))


class TellIncident(_RemarkCommand):
    """Command `/suco text` (incident): report a technical problem to the admins, e.g. that messages do not arrive."""

    word = "suco"
    usage = TextId("usage_incident")
    kind = RemarkKind.INCIDENT
    kept = TextId("incident_kept")
    listed = TextId("incidents")
    none_yet = TextId("incidents_none")

    def _pass_on(self, call: Call, remark: Remark) -> str:
        """Notify the admins of the incident at once, as the member may miss the leader's orders; return the reply.

        During the quiet hours (at night) only incidents marked as urgent are passed on; the others wait until the
        morning.
        """
        quiet = self.policy.of(remark.group_id).escalation.quiet_hours
        morning = quiet.until(remark.at) if quiet and not _is_urgent(remark.text) else None
        if morning is not None:  # `Digests.incidents` then sends all incidents of the night together.
            about = {"code": remark.code, "when": moment(morning)}
            return self.voice.render_for(call.person, TextId("incident_kept_at_night"), **about)
        text = self.voice.render(
            TextId("incident_alert"),
            code=remark.code,
            when=moment(remark.at),
            who=self.voice.who(call.person),
            group=self.voice.group(self.policy.group(remark.group_id)),
            said=remark.text,
        )
        self._post.to_desk(call.uow, text, group_id=remark.group_id)
        call.uow.feedback.mark_told([remark], remark.at)
        return super()._pass_on(call, remark)


class Suggest(_RemarkCommand):
    """Command `/gopy text` (suggest): send a suggestion to the admins."""

    word = "gopy"
    usage = TextId("usage_suggestion")
    kind = RemarkKind.SUGGESTION
    kept = TextId("suggestion_kept")
    listed = TextId("suggestions")
    none_yet = TextId("suggestions_none")


def _is_urgent(text: str) -> bool:
    return normalise(text).text.casefold().split()[0].strip(".,:;") in _URGENT
