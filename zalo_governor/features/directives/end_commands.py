"""Commands `/xong` (close a directive or an addressee), `/molai` (reopen it) and `/giahan` (change deadlines)."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from zalo_governor.domain.directives import Assignee, Directive
from zalo_governor.features.directives.commands import MOST_CHARACTERS, DirectiveCommand, Wanted, named_among
from zalo_governor.messaging.command_parsing import folded
from zalo_governor.messaging.commands import Answer, Call
from zalo_governor.messaging.formatter import moment, number, one_line
from zalo_governor.messaging.templates import TextId


class FinishDirective(DirectiveCommand):
    """Command `/xong CĐ1 [who][: why]` (done): close these addressees, or all; no answer is awaited any more."""

    word = "xong"
    usage = TextId("usage_finish")
    in_help = True

    def understand(self, rest: str, today: date) -> Wanted | None:
        """Parse `rest`: a code, names, and after a colon the reason; the words are then `names: reason`."""
        code, _, why = rest.partition(":")
        found = super().understand(code, today)
        return found and found._replace(words=one_line(f"{found.words}:{why}", MOST_CHARACTERS) if why else found.words)

    def about(self, call: Call, directive: Directive, words: str) -> Answer:
        """Close the addressees, and say how many had not answered and how to reopen the directive."""
        if refused := self._needs_open(directive):
            return refused
        who, _, why = (part.strip() for part in words.partition(":"))
        asked = self._asked(call, directive, who)
        if who and not asked:
            return self._say(directive, TextId("directive_who_or_why"), "nobody", who=who)
        left = [one for one in asked if one.reported_at is None]
        if asked and not left:
            when = moment(max(one.reported_at for one in asked if one.reported_at))
            names = self._pages.names(asked)
            return self._say(directive, TextId("directive_reported_before"), "before", names=names, when=when)
        if not left:
            return Answer([self._page(call, directive)], subject=directive.code)
        silent = sum(one.silent for one in left)
        never = self.voice.render(TextId("directive_finished_silent"), count=number(silent)) if silent else ""
        self._register.finish(call.uow, directive, left, call.person.id, call.event.key, why)
        said = self.voice.render(TextId("directive_why"), words=why) if why else ""
        about = {"names": self._pages.names(left), "count": number(len(left)), "silent": never, "why": said}
        return self._say(directive, TextId("directive_finished"), **about)


class ReopenDirective(DirectiveCommand):
    """Command `/molai CĐ1 [who]` (reopen): follow a directive, or these addressees, again.

    It undoes the `/bo` (drop) of the directive, else each `/xong` (close) of all addressees or of those named.
    """

    word = "molai"
    usage = TextId("usage_reopen")

    def about(self, call: Call, directive: Directive, words: str) -> Answer:
        """Reopen the directive and show it; refuse if nobody has closed anything by hand."""
        only = named_among(call.uow.directives.assignees(directive.id), words) if words else []
        if words and not only:
            return self._say(directive, TextId("directive_who"), "nobody", who=words)
        reopened = self._register.reopen(call.uow, directive, call.person.id, only)
        if reopened is None:
            return self._say(directive, TextId("directive_not_closed"), "stands", state=self._pages.state(directive))
        return Answer([self._page(call, reopened)], subject=directive.code)


class ExtendDirective(DirectiveCommand):
    """Command `/giahan CĐ1 date [who]`: give these addressees, or all, another deadline."""

    word = "giahan"
    usage = TextId("usage_extend")
    needs_words = True

    def about(self, call: Call, directive: Directive, words: str) -> Answer:
        """Set the deadline and reply with the former one; refuse a time that has passed or is not understood.

        If the addressees have several deadlines, the command must name the addressees or say that all are meant.
        """
        if refused := self._needs_open(directive):
            return refused
        found = self._reader.deadline(words, self.policy.clock())
        command = f"/{self.word} {directive.code}"
        if unclear := self._unclear(found, words, command):
            return Answer([unclear], "no_time", directive.code)
        if found is None:
            return self._say(directive, TextId("directive_when"), "no_time", typed=words)
        who = _BETWEEN.sub("", found.rest)
        every = folded(who) in _EVERYBODY
        asked = self._asked(call, directive, "" if every else who)
        if not asked:
            return self._say(directive, TextId("directive_who"), "nobody", who=who or words)
        due, before = self._pages.day_of_due(found.moment), self._dues(directive, asked)
        if not who and len({one.due_at for one in asked}) > 1:
            line = f"{command} {words}"
            return self._say(directive, TextId("directive_whose_time"), "asked", before=before, due=due, line=line)
        self._register.extend(call.uow, directive, asked, found.moment, call.person.id)
        names = self.voice.in_brackets(", ".join(one.name for one in asked) if len(asked) <= _NAMED else "")
        about = {"count": number(len(asked)), "names": names, "before": before, "due": due}
        return self._say(directive, TextId("directive_extended"), **about)

    def _dues(self, directive: Directive, asked: Sequence[Assignee]) -> str:
        """Return in words the deadlines of the addressees; if there are several, each with its number of addressees."""
        times = Counter(one.due_at for one in asked)
        undated = self._pages.due_of(directive, [one for one in asked if one.due_at is None])
        if len(times) == 1:
            [due] = times
            return self._pages.day_of_due(due) if due else undated
        return "; ".join(
            self.voice.render(
                TextId("directive_due_of"),
                due=self._pages.day_of_due(due) if due else undated,
                count=number(count),
            )
            for due, count in sorted(times.items(), key=lambda one: (one[0] is None, one[0] or self.policy.clock()))
        )


_NAMED = 3
"""Up to this number of addressees with a new deadline are named in the reply; more are only counted."""
_EVERYBODY = frozenset({"tat ca", "tat ca don vi", "tat ca cac don vi", "moi don vi"})
_BETWEEN = re.compile(r"^(?:đến|tới|cho|sang|hạn|là|[:,\s])+|(?:đến|tới|cho|[:,\s])+$")
"""Words between a code, a date and a name that mean nothing: `/giahan CĐ1 đến 25/11 cho Sở Y tế`."""
