"""Commands about directives: `/giaoviec` (the ledger), `/xong`, `/giahan`, `/nhac`, `/bo`, `/giao`; on proposals."""

import re
from abc import abstractmethod
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar, NamedTuple

from zalo_governor.domain.clock import hour_of
from zalo_governor.domain.directives import GIVERS, Assignee, Directive, DirectiveItem, DirectiveState, LedgerPage
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.domain.people import DESK, Group, Person, Role
from zalo_governor.features.directives.addressees import joined
from zalo_governor.features.directives.pages import DirectivePages
from zalo_governor.features.directives.reading import TypedDeadline, reader_for
from zalo_governor.features.directives.register import DirectiveRegister
from zalo_governor.features.directives.reminders import REMINDED, RemindHandler, plan_question, to_remind
from zalo_governor.features.directives.search import ENDED, find_directives, find_ended
from zalo_governor.messaging.command_parsing import directive_number, folded
from zalo_governor.messaging.commands import Answer, Call, Command
from zalo_governor.messaging.formatter import number, one_line
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId
from zalo_governor.messaging.trial_filter import on_trial
from zalo_governor.messaging.typed_dates import read_scene
from zalo_governor.text.agency_names import fits

KEEPERS = GIVERS | DESK
"""Roles that may change the ledger: those who give directives, and the admins."""
_READERS = KEEPERS | {Role.REPORT_READER}
_ROWS = 12
_OWED = 50
MOST_CHARACTERS = 300
_GIVEN_WITHIN = timedelta(days=90)
_MANY_REMINDED = 3
"""Up to this number of people are reminded without a second, confirming command."""


class Wanted(NamedTuple):
    """Parsed argument of the commands about directives."""

    directive_id: int | None = None
    """Number from a code `CĐ12`; None if none was typed."""
    words: str = ""
    """The text after the code, on one line."""
    asked: bool = False
    """Whether the words are a question in free wording."""


class DirectiveCommand(Command[Wanted]):
    """Base class of the commands whose argument begins with a directive's code (`CĐ12`)."""

    roles: ClassVar[frozenset[Role] | None] = KEEPERS
    by_code = True
    in_help = False
    needs_words: ClassVar[bool] = False
    """Whether the command needs words after the code."""

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._register = DirectiveRegister(policy)
        self._pages = DirectivePages(policy)
        self._reader = reader_for(policy.directives.skip_holidays)

    def understand(self, rest: str, today: date) -> Wanted | None:
        """Parse `rest`, the text after the command's word: a code, and words if the command needs them; else None."""
        found = directive_number(rest)
        if found is None or (self.needs_words and not found[1]):
            return None
        return Wanted(found[0], one_line(found[1], MOST_CHARACTERS))

    def answer(self, call: Call, argument: Wanted) -> Answer:
        """Find the directive with the code, and return the reply of `about`, or that there is no such directive."""
        code = f"CĐ{argument.directive_id}"
        directive = call.uow.directives.get(argument.directive_id or 0)
        if directive is None or not call.reaches(directive.group_id):
            return Answer([self.voice.render(TextId("directive_not_found"), code=code)], "unknown_directive", code)
        return self.of(directive.group_id).about(call, directive, argument.words)

    @abstractmethod
    def about(self, call: Call, directive: Directive, words: str) -> Answer:
        """Carry out the command on the directive; `words` is the text after the code."""

    def _page(self, call: Call, directive: Directive) -> str:
        answers = call.person.holds(directive.group_id, *KEEPERS)
        return self._pages.one(call.uow, directive, call.uow.directives.assignees(directive.id), answers=answers)

    def _say(self, directive: Directive, text: TextId, outcome: str = "done", **fields: str) -> Answer:
        return Answer([self.voice.render(text, code=directive.code, **fields)], outcome, directive.code)

    def _unclear(self, found: TypedDeadline | None, typed: str, command: str) -> str:
        """Return the reply that a typed deadline has passed, or may mean two moments; "" if neither is so."""
        if found is None:
            return ""
        if found.other is not None:
            both = {"one": self._pages.day_of_due(found.moment), "other": self._pages.day_of_due(found.other)}
            return self.voice.render(TextId("directive_which_time"), typed=typed, command=command, **both)
        if found.moment > self.policy.clock():
            return ""
        due = self._pages.day_of_due(found.moment)
        return self.voice.render(TextId("directive_time_over"), due=due)

    def _needs_open(self, directive: Directive) -> Answer | None:
        """Return the reply that the directive is not open; None if it is."""
        return None if directive.open else self._not_open(directive)

    def _not_open(self, directive: Directive) -> Answer:
        return self._say(directive, TextId("directive_not_open"), "not_open", state=self._pages.state(directive))

    def _asked(self, call: Call, directive: Directive, words: str) -> list[Assignee]:
        """Return the addressees that the words name, all unsettled ones if there are no words; [] if none fits."""
        asked = [one for one in call.uow.directives.assignees(directive.id) if not one.removed]
        return named_among(asked, words) if words else [one for one in asked if not one.settled]


class ShowDirectives(DirectiveCommand):
    """Command `/giaoviec`: show the ledger, one directive, or the sender's own ones; or enter a directive by hand."""

    word = "giaoviec"
    usage = TextId("usage_directives")
    roles = None
    by_code = False
    in_help = True
    forgiving = True

    def understand(self, rest: str, today: date) -> Wanted | None:
        """Parse `rest`: "", `tôi` (me), `xong` (done), `bỏ` (dropped), a code, or a new directive's who and when."""
        found = directive_number(rest)
        if found is not None and not found[1]:
            return Wanted(found[0])
        return Wanted(None, one_line(rest, MOST_CHARACTERS).strip(" .:"))

    def answer(self, call: Call, argument: Wanted) -> Answer:
        """Show the ledger or the directives asked for, or enter one; people without a role see only their own ones."""
        if argument.directive_id is not None and call.person.holds(NO_GROUP, *_READERS):
            readable = [group for group in call.reach if call.person.holds(group.id, *_READERS)]
            return super().answer(call._replace(reach=readable), argument)
        if not call.groups:
            return self.say(call, TextId("not_governed"))
        about_own, call = call, call.of_holder(*_READERS)
        if not call.groups or folded(argument.words) in _ME:
            return Answer([self._mine(about_own)], subject="tôi")
        how = folded(argument.words).removeprefix("da ")
        if how in ENDED and call.event.quote is None:
            found = find_ended(call.uow, [group.id for group in call.groups], how, self.policy.clock())
            return Answer([self._pages.about(call.person, found, "ended")], subject=how)
        enters = call.event.is_group or (not argument.asked and self._reader.deadline(argument.words, call.event.at))
        if argument.words and not enters:
            found = find_directives(call.uow, [group.id for group in call.groups], argument.words, self.policy.clock())
            if len(found) == 1:
                return self.of(found[0].group_id).about(call, found[0], "")
            if found or argument.asked:
                return Answer([self._pages.about(call.person, found)])
        if argument.words or call.event.quote is not None:
            return self.of(call.event.thread_id)._enter(call, argument.words)
        if len(call.groups) > 1:
            return self.overview(call, lambda group: self._pages.counts(self._ledger(call, group)))
        return Answer([self.of(group.id)._pages.overview(group, self._ledger(call, group)) for group in call.groups])

    def about(self, call: Call, directive: Directive, words: str) -> Answer:
        """Return the reply that shows the directive: who has answered, and who has not."""
        return Answer([self._page(call, directive)], subject=directive.code)

    def _ledger(self, call: Call, group: Group) -> LedgerPage:
        return call.uow.directives.overview(group.id, self.policy.clock(), _ROWS)

    def _mine(self, call: Call) -> str:
        owed = [
            entry for group in call.groups for entry in call.uow.directives.owed_by(group.id, call.person.id, _OWED)
        ]
        return self._pages.mine(call.person, owed)

    def _enter(self, call: Call, words: str) -> Answer:
        """Enter a directive by hand: the quoted message, or the text typed; with addressees and deadline as typed."""
        quote = call.event.quote
        group_id = call.event.thread_id if call.event.is_group else NO_GROUP
        if not call.person.holds(group_id, *KEEPERS):
            return self.say(call, TextId("directive_keepers_only"), "keepers_only")
        if not call.event.is_group or (quote is None and not call.person.holds(group_id, *GIVERS)):
            return self.say(call, TextId("directive_needs_quote"), "needs_quote")
        key = quote.key if quote else call.event.key
        if any(case.sealed for case in call.uow.cases.of_message(group_id, key)):
            return self.say(call, TextId("pin_sealed"), "sealed")
        known = call.uow.directives.of_message(group_id, key)
        if known is not None and known.state is not DirectiveState.PROPOSED:
            return Answer([self._page(call, known)], "known", known.code)
        when, at, place, rest = read_scene(words, call.event.at)
        if not (when and (rest or quote)) or at is None or not timedelta(0) <= call.event.at - at < _GIVEN_WITHIN:
            at, place, rest = call.event.at, "", words  # A time at its beginning is then the deadline.
        found = self._reader.deadline(rest, call.event.at)
        if unclear := self._unclear(found, rest, f"/{self.word}"):
            return Answer([unclear], "no_time")
        typed = self._typed(call, key, rest, found, at).model_copy(update={"place": place})
        if known is None:
            directive = self._register.open(call.uow, typed, by=call.person.id)
        else:
            # Addressees and deadline that the program read in the message stay unless the person typed some.
            said = {"items": typed.items, "mentioned_uids": typed.mentioned_uids} if rest else {}
            known = known.model_copy(update={**said, "place": place})
            directive = self._register.accept(call.uow, known, call.person.id)
        return Answer([self._page(call, directive)], "opened", directive.code)

    def _typed(self, call: Call, key: str, words: str, found: TypedDeadline | None, at: datetime) -> Directive:
        event, quote = call.event, call.event.quote
        text = quote.text if quote else words
        names = names_in(found.rest if found else words)
        if not quote or not names:
            names = self._reader.addressees(text)
        due = found.moment if found else self._reader.due(text, at)
        item = DirectiveItem(text=one_line(text, 2 * MOST_CHARACTERS), names=tuple(names))
        giver = self._giver(call)
        return Directive(
            group_id=event.thread_id,
            account=event.account,
            message_key=key,
            given_by=giver.id,
            entered_by=None if giver.id == call.person.id else call.person.id,
            at=at,
            state=DirectiveState.OPEN,
            items=(item.with_deadline(due, event.at),),
            mentioned_uids=tuple(mention.uid for mention in event.mentions),
            changed_at=self.policy.clock(),
        )

    def _giver(self, call: Call) -> Person:
        """Return who gave the directive: the author of the quoted message if a leader, else the caller."""
        if call.event.quote is not None:
            author = call.uow.people.find_or_create(call.event.account, call.event.quote.owner_uid)
            if author is not None and author.holds(call.event.thread_id, *GIVERS):
                return author
        return call.person


class RemindNow(DirectiveCommand):
    """Command `/nhac CĐ1 [who]`: remind these addressees, or all, who have not answered, or not reported in time."""

    word = "nhac"
    usage = TextId("usage_remind")

    def about(self, call: Call, directive: Directive, words: str) -> Answer:
        """Send the reminders; nobody is reminded of a directive by command twice in the same clock hour.

        For more than three people, the reply only names them; they are reminded if the code is typed twice.
        """
        if refused := self._needs_open(directive):
            return refused
        if on_trial(self.policy, call.uow, directive.group_id):
            return self._say(directive, TextId("directive_remind_on_trial"), "on_trial")
        again = directive_number(words)
        # A number alone is part of a name: "/nhac CĐ3 3 xã".
        sure = again is not None and again[0] == directive.id and not words.lstrip()[:1].isdigit()
        who = again[1] if again is not None and sure else words
        asked = self._asked(call, directive, who)
        if who and not asked:
            return self._say(directive, TextId("directive_who"), "nobody", who=who)
        now = self.policy.clock()
        waiting = any(one.may_be_reminded(now) for one in asked)
        if who and not waiting:
            return self._say(directive, TextId("directive_remind_nobody"), "nobody", names=self._pages.names(asked))
        left = to_remind(call.uow, self.policy.account, asked, now)
        if waiting and not left:
            return self._say(directive, TextId("directive_reminded_before"), "again")
        to_ask = {one.person_ids[0]: one for one in left if one.person_ids}
        if len(to_ask) > _MANY_REMINDED and not sure:
            names, line = self._pages.names(to_ask.values()), f"/{self.word} {directive.code} {directive.code} {who}"
            about = {"count": number(len(to_ask)), "names": names, "line": line.strip()}
            return self._say(directive, TextId("directive_remind_many"), "asked", **about)
        for one in left:
            call.uow.claims.claim_once(REMINDED.format(one.id), hour_of(now))
        handler = RemindHandler(self.policy)
        sent, absent = handler.remind(call.uow, directive.group_id, [(directive, one) for one in left])
        away = self.voice.render(TextId("directive_reminded_absent"), count=number(absent)) if absent else ""
        return self._say(directive, TextId("directive_reminded"), count=number(sent), absent=away)


class DropDirective(DirectiveCommand):
    """Command `/bo CĐ1 reason` (drop): say that the message is no directive, or need not be followed any more."""

    word = "bo"
    usage = TextId("usage_drop")
    needs_words = True

    def about(self, call: Call, directive: Directive, words: str) -> Answer:
        """Drop the directive; `words` is the reason."""
        if directive.state not in {DirectiveState.OPEN, DirectiveState.PROPOSED}:
            return self._not_open(directive)
        self._register.drop(call.uow, directive, call.person.id, words)
        return self._say(directive, TextId("directive_dropped"))


class AssignDirective(DirectiveCommand):
    """Command `/giao CĐ1 thêm|bớt who`: put addressees on the directive, or take them off."""

    word = "giao"
    usage = TextId("usage_assign")
    needs_words = True

    def about(self, call: Call, directive: Directive, words: str) -> Answer:
        """Add or take off the addressees in `words` ("thêm …", "bớt …"), and show the directive."""
        if refused := self._needs_open(directive):
            return refused
        verb, _, who = words.partition(" ")
        if folded(verb) not in {"them", "bot"} or not who.strip():
            return Answer([self.voice.render(self.usage)], "usage", directive.code)
        if folded(verb) == "bot":
            asked = self._asked(call, directive, who)
            if not asked:
                return self._say(directive, TextId("directive_who"), "nobody", who=who)
            directive = self._register.remove_addressees(call.uow, directive, asked, call.person.id)
        else:
            directive = self._register.add_addressees(call.uow, directive, names_in(who), call.person.id)
        return Answer([self._page(call, directive)], subject=directive.code)


class _ProposalCommand(DirectiveCommand):
    """Base class of the three answers to the question whether a message is a directive."""

    corrects = True
    """Whether the command is also for a directive that the program entered unasked and nobody has confirmed."""

    def about(self, call: Call, directive: Directive, words: str) -> Answer:
        """Carry out the decision, or reply that the message was decided on before."""
        unconfirmed = self.corrects and directive.open and directive.unconfirmed
        if directive.state is not DirectiveState.PROPOSED and not unconfirmed:
            return self._say(directive, TextId("directive_decided"), "decided", state=self._pages.state(directive))
        return self.decide(call, directive)

    @abstractmethod
    def decide(self, call: Call, directive: Directive) -> Answer:
        """Carry out the decision of this command, and return the reply."""


class AcceptDirective(_ProposalCommand):
    """Command `/dung CĐ5` (correct): confirm a directive that the bot asked about, or entered unasked."""

    word = "dung"
    usage = TextId("usage_accept")

    def decide(self, call: Call, directive: Directive) -> Answer:
        """Open the directive, so that answers to it are followed, and show it."""
        take = self._register.confirm if directive.open else self._register.accept
        return Answer([self._page(call, take(call.uow, directive, call.person.id))], subject=directive.code)


class RejectDirective(_ProposalCommand):
    """Command `/khong CĐ5` (no): the message is no directive."""

    word = "khong"
    usage = TextId("usage_reject")

    def decide(self, call: Call, directive: Directive) -> Answer:
        """Record that the message is no directive."""
        self._register.drop(call.uow, directive, call.person.id, "")
        return self._say(directive, TextId("directive_rejected"))


class AskLater(_ProposalCommand):
    """Command `/desau CĐ5` (later): ask about the message again in a day."""

    word = "desau"
    usage = TextId("usage_later")
    corrects = False

    def decide(self, call: Call, directive: Directive) -> Answer:
        """Enqueue a job that asks about the message again in a day."""
        plan_question(call.uow, self.policy, directive, later=True)
        return self._say(directive, TextId("directive_later"))


def names_in(typed: str) -> list[str]:
    """Split a typed list of names: `Sở Y tế, Sở Tài chính và UBND xã Mẫu`."""
    return [name.strip() for name in _SEPARATOR.split(typed) if name.strip()]


def named_among(asked: Sequence[Assignee], words: str) -> list[Assignee]:
    """Return the addressees in `asked` that `words` names: the one with exactly that name, else all that it lists."""
    exactly = [one for one in asked if one.name == words]
    names = list(joined(names_in(words), [one.name for one in asked]))
    return exactly or [one for one in asked if any(fits(name, one.name) for name in names)]


_ME = frozenset({"toi", "cua toi", "minh", "em"})
_SEPARATOR = re.compile(r"\s*[,;]\s*|\s+và\s+")
