"""Dispatch of chat commands: finds them in messages, checks role, age and rate limit, carries them out, audits them."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from zalo_governor.domain.clock import hour_of, today
from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.notices import NO_GROUP, Purpose
from zalo_governor.domain.people import DESK, Person, Reach, Role
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.features.cases.commands.show import ShowCase
from zalo_governor.features.cases.freshness import is_fresh, may_be_carried_out
from zalo_governor.features.chat.command_book import CommandBook, groups_of
from zalo_governor.features.chat.questions import DECISIONS, QuestionReader
from zalo_governor.features.directives.commands import ShowDirectives
from zalo_governor.messaging.command_parsing import (
    Typed,
    bare_code,
    begins_with_slash,
    case_number,
    directive_number,
    further_command,
    names_case,
    only_code,
    read,
    without_frame,
    yes_or_no,
)
from zalo_governor.messaging.commands import Answer, AnyCommand, Call
from zalo_governor.messaging.feature import EventHandler
from zalo_governor.messaging.formatter import moment, plain
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import BeginUnitOfWork, UnitOfWork
from zalo_governor.text.fold import skeleton

log = structlog.get_logger(__name__)

_MOST_SUGGESTED = 3
_ABBREVIATION_LETTERS = 2
"""Command words of at most this many letters (`bc`) are matched exactly: a typing error makes another word."""
_MOST_ANSWERS, _WINDOW_MINUTES = 6, 5
"""Rate limit for persons who have no role but member: at most 6 answers within each 5 minutes."""
_MEANT_LETTERS = 80
"""Most characters of a command line that is suggested to be typed."""
_MOST_HINTS = 1
"""Maximum hints about the commands within each 5 minutes for a person who is only a member; others always get one."""
_ABOVE_CASES = frozenset({Role.LEADER, Role.LEADERSHIP, Role.REPORT_READER})
"""Roles of people who get reports, but are not shown cases and seldom have one of their own."""


class CommandDesk(EventHandler):
    """Event handler, called for each judged event, that carries out the chat commands typed to the bot.

    Only the text of a new message can be a command, not an edited message, a quote, a caption or a name.
    """

    governed = False

    def __init__(self, policy: ServicePolicy, commands: Sequence[type[AnyCommand]]) -> None:
        super().__init__(policy)
        self._book = CommandBook(policy, commands)
        self._commands = self._book.by_word
        self._questions = QuestionReader(policy, self._commands)
        self._prepared: tuple[int, Answer] | None = None
        """(id of an event, reply to the command in it), made by `prepare`; None if there is none."""
        self._words = {
            word: command.forgiving and len(word) > _ABBREVIATION_LETTERS for word, command in self._commands.items()
        }

    def filter_findings(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> Verdict:
        """Return the verdict without findings on missing diacritics, if the message is a valid command."""
        writing = self._policy.of(event.thread_id).regulation.number_of(ClauseTopic.WRITING)
        kept = tuple(finding for finding in verdict.findings if finding.clause != writing)
        if len(kept) == len(verdict.findings) or not self.recognises(event):
            return verdict
        return verdict.model_copy(update={"findings": kept})

    def recognises(self, event: EventBase) -> bool:
        """Return whether the event is a valid command, so that the rules on spelling and diacritics ignore it."""
        typed = self._parse_command(event)
        command = self._commands.get(typed.word) if typed else None
        if command is None or typed is None:
            return False
        return self._book.arguments(command, typed, may=True) is not None

    def reads_in_advance(self, event: EventBase) -> bool:
        """Return whether the event is a command that only reads (`Command.reading`)."""
        return self._reading_command(event) is not None

    def prepare(self, begin: BeginUnitOfWork, event: EventBase) -> None:
        """Make the reply to a command that only reads, in a transaction of its own; `handle_event` sends it.

        Call it only when all messages sent before the command are stored, or the reply would leave them out.
        """
        found = self._reading_command(event)
        if found is None or not may_be_carried_out(event, self._policy.clock()):
            return
        command, typed = found
        with begin(reading=True) as uow:
            known = uow.people.find(event.account, event.sender_uid)
            person = known and uow.people.get(known.id)
            if person is None or not isinstance(event, MessageSent):
                return
            reach = self._book.reach(uow, command, person, event)
            if command.roles is not None and not reach:
                return
            groups, typed = self._book.groups_meant(command, person, reach, typed, event)
            arguments = self._book.arguments(command, typed, may=True)
            if arguments:
                call = Call(uow, person, groups, event, len(arguments), reach)
                self._prepared = event.id, command.answer_each(call, arguments)

    def _reading_command(self, event: EventBase) -> tuple[AnyCommand, Typed] | None:
        typed = self._parse_command(event)
        command = self._commands.get(typed.word) if typed else None
        return (command, typed) if command and typed and command.reading else None

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Carry out the command in the event, if there is one, and send the reply.

        In a private conversation, any other message is answered with a hint about the commands, and a sealed one
        (suspected state secret, content not stored) with a warning. `verdict` holds the rules' findings on the event.
        """
        if event.is_group and event.thread_id not in self._policy.groups:
            return
        if verdict.sealed:
            if not event.is_group:
                self._decline_sealed(uow, event, verdict)
            return
        typed = self._parse_command(event)
        if type(event) is not MessageSent or (typed is None and event.is_group):
            return
        if typed is not None and event.is_group and not typed.word and not typed.close:
            return
        person = uow.people.find_or_create(event.account, event.sender_uid)
        if person is None or (
            event.is_group and not uow.claims.claim_once(f"command:{event.thread_id}:{event.key}", event.at)
        ):
            return  # Another bot account received the same message and answers it.
        if typed is not None and not self._count_answer(uow, person):
            self._book.audit(uow.audit.append, event, person, "command.too_many", typed.word)
            return
        person = uow.people.get(person.id)
        command = self._commands.get(typed.word) if typed else None
        if command is None or typed is None:
            self._send_hint(uow, event, person, typed)
            return
        reach = self._book.reach(uow, command, person, event)
        allowed = command.roles is None or bool(reach) or not self._policy.groups
        groups, typed = self._book.groups_meant(command, person, reach, typed, event)
        arguments = self._book.arguments(command, typed, may=allowed)
        if (arguments is None and not typed.slash) or (typed.bare and not allowed):
            self._send_hint(uow, event, person, None, code=typed.rest if typed.bare else "")
        elif not may_be_carried_out(event, self._policy.clock()):
            self._refuse_stale(uow, event, person, command)
        elif not allowed:
            self._refuse(uow, event, person, command)
        elif event.attachment and command.roles is not None:
            # The text may be the title that somebody gave to the linked page.
            text = self._voice.render_for(person, TextId("command_with_link"), command=f"/{command.word}")
            self._send_answer(uow, event, person, command, Answer([text], "with_link"))
        elif arguments is None:
            usage = self._voice.render(command.usage)
            text = self._voice.render_for(
                person, TextId("usage") if typed.rest else TextId("usage_incomplete"), usage=usage
            )
            self._send_answer(uow, event, person, command, Answer([text], "usage"))
        elif command.by_code and (further := further_command(typed.rest, self._words)):
            text = self._voice.render_for(
                person, TextId("one_command"), first=f"/{command.word}", second=f"/{self._commands[further].word}"
            )
            self._send_answer(uow, event, person, command, Answer([text], "several_commands"))
        else:
            prepared, self._prepared = self._prepared, None
            if prepared and prepared[0] == event.id:
                answer = prepared[1]
            else:
                answer = command.answer_each(Call(uow, person, groups, event, len(arguments), reach), arguments)
            self._send_answer(uow, event, person, command, answer)

    def _parse_command(self, event: EventBase) -> Typed | None:
        # Not isinstance: MessageRevised is a subclass of MessageSent, and an edited message is never a command.
        if type(event) is not MessageSent or event.is_caption or not event.text:
            return None
        if event.is_group and not begins_with_slash(event.text):
            return None
        if code := bare_code(event.text):
            word = ShowCase.word if code.startswith("VP") else ShowDirectives.word
            return Typed(word, code, slash=True, bare=True)
        if not event.is_group and (said := yes_or_no(event.text)) and said[1]:
            return Typed(DECISIONS[said[0]], said[1], slash=True)
        typed = read(event.text, self._words)
        if typed is not None and (typed.word or typed.slash):
            return self._with_quoted_code(event, typed)
        asked = read(without_frame(event.text), self._words)
        # Only harmless commands may be surrounded by polite words: a decision has to be typed exactly.
        return asked if asked and asked.word and self._commands[asked.word].forgiving else typed

    def _with_quoted_code(self, event: MessageSent, typed: Typed) -> Typed:
        """Return the command with the one code in the message of the bot that it answers, if it needs a code.

        Only for a private message that begins with a slash; a number at the beginning counts as a code.
        """
        command, quote = self._commands.get(typed.word), event.quote
        if command is None or quote is None or event.is_group or not (command.by_code and typed.slash):
            return typed
        coded = any(read_code(typed.rest) for read_code in (names_case, case_number, directive_number))
        if quote.owner_uid != event.account or coded:
            return typed
        if command.understand(typed.rest, today(self._policy.clock())) is not None:  # `/thanhvien` alone is a command.
            return typed
        code = only_code(quote.text)
        return typed._replace(rest=f"{code} {typed.rest}".strip()) if code else typed

    def _count_answer(self, uow: UnitOfWork, person: Person) -> bool:
        """Count one answer to the person; return False if the person may get no more answers in these 5 minutes.

        People with a role other than member have no limit. Without one, Zalo might block the bot for sending too much.
        """
        if person.trusted:
            return True
        return self._count_in_window(uow, f"answer:{person.id}", _MOST_ANSWERS)

    def _count_in_window(self, uow: UnitOfWork, key: str, most: int) -> bool:
        """Count one use of counter `key` in the current 5 minutes; return False if it was used `most` times already."""
        return any(uow.claims.claim_once(f"{key}:{number}", self._window_start()) for number in range(most))

    def _window_start(self) -> datetime:
        now = self._policy.clock()
        return now.replace(minute=now.minute - now.minute % _WINDOW_MINUTES, second=0, microsecond=0)

    def _group_id(self, event: EventBase) -> str:
        return event.thread_id if event.is_group else NO_GROUP

    def _send_answer(
        self, uow: UnitOfWork, event: EventBase, person: Person, command: AnyCommand, answer: Answer
    ) -> None:
        group_id = self._group_id(event)
        for text in answer.texts:
            self._post.to_person(uow, person, text, answer.purpose, group_id=group_id, asked_for=True)
        for file in answer.files:
            instead = self._voice.render_for(person, TextId("report_file_failed"), name=file.name)
            self._post.file_to_person(uow, person, file, instead, answer.purpose, group_id=group_id, asked_for=True)
        if event.is_group:
            line = answer.group_line or self._voice.render_for(person, TextId("answered_privately"))
            if person.reach is Reach.REFUSED:
                line = self._voice.render_for(person, TextId("unreached_in_group"))
            self._post.to_group(uow, line, group_id=group_id)
        self._book.audit(
            uow.audit.append, event, person, "command", command.word, outcome=answer.outcome, about=answer.subject
        )

    def _refuse(self, uow: UnitOfWork, event: EventBase, person: Person, command: AnyCommand) -> None:
        refused = (
            TextId("refused_leader") if person.holds(NO_GROUP, Role.LEADER, Role.LEADERSHIP) else TextId("refused")
        )
        text = self._voice.render_for(person, refused, command=f"/{command.word}")
        self._post.to_person(uow, person, text, Purpose.REPLY, group_id=self._group_id(event), asked_for=True)
        self._book.audit(uow.audit.append, event, person, "command.refused", command.word)

    def _refuse_stale(self, uow: UnitOfWork, event: EventBase, person: Person, command: AnyCommand) -> None:
        self._book.audit(uow.audit.append, event, person, "command.stale", command.word)
        this_hour = hour_of(self._policy.clock())
        if uow.claims.claim_once(f"stale_command:{person.id}", this_hour):
            text = self._voice.render_for(person, TextId("stale"), when=moment(event.at), command=f"/{command.word}")
            self._post.to_person(uow, person, text, Purpose.REPLY, group_id=self._group_id(event), asked_for=True)

    def _send_hint(
        self, uow: UnitOfWork, event: EventBase, person: Person, typed: Typed | None, *, code: str = ""
    ) -> None:
        """Reply to a message that is no valid command with a hint about the commands.

        `typed` is a word that resembles a command or follows a slash, or None for ordinary text. `code` is the case
        code if the message was nothing but that code.
        """
        now = self._policy.clock()
        if not may_be_carried_out(event, now):
            return
        group_id = self._group_id(event)
        meant = self._meant(person, event)
        if not code and not meant and (typed is None or not typed.slash) and self._answer_freely(uow, event, person):
            return
        if typed is not None:
            near = self._suggest_similar(person, typed, event)
            text = self._voice.render_for(person, TextId("unknown_command"), near=near)
            self._post.to_person(uow, person, text, Purpose.REPLY, group_id=group_id, asked_for=True)
            self._book.audit(uow.audit.append, event, person, "command.unknown", "")
        elif person.trusted or self._count_in_window(uow, f"hint:{person.id}", _MOST_HINTS):
            hint = self._voice.render_for(
                person, TextId("hint_desk") if person.holds(NO_GROUP, *DESK) else TextId("hint")
            )
            own = TextId("hint_case_of_others") if person.holds(NO_GROUP, *_ABOVE_CASES) else TextId("hint_case")
            text = self._voice.render_for(person, own, code=code) if code else meant or hint
            self._post.to_person(uow, person, text, Purpose.SYSTEM, group_id=group_id, asked_for=True)

    def _answer_freely(self, uow: UnitOfWork, event: EventBase, person: Person) -> bool:
        """Reply to a private question, or a yes or no, of a person who holds a role; return False if it is neither."""
        if type(event) is not MessageSent or event.is_group or event.attachment or not person.trusted:
            return False
        groups = groups_of(self._policy, event)
        if decided := self._questions.decide(Call(uow, person, groups, event, reach=groups)):
            self._send_answer(uow, event, person, *decided)
            return True
        meant = self._questions.read(person, groups, event.text)
        if isinstance(meant, tuple):
            command, argument = meant
            if command.allowed(person, groups):
                reach = self._book.reach(uow, command, person, event)
                chosen = [group for group in reach if group.id == person.chosen_group] or reach
                call = Call(uow, person, chosen, event, reach=reach)
                self._send_answer(uow, event, person, command, command.answer(call, argument))
            else:
                self._refuse(uow, event, person, command)
        elif meant:
            self._post.to_person(uow, person, meant, Purpose.REPLY, group_id=NO_GROUP, asked_for=True)
            self._book.audit(uow.audit.append, event, person, "command.unknown", "")
        return bool(meant)

    def _meant(self, person: Person, event: EventBase) -> str:
        """Return a text on how to type the command that a polite message with a code means; "" if it means none."""
        asked = read(without_frame(event.text), self._words) if isinstance(event, MessageSent) else None
        if asked is None or not asked.word or not names_case(asked.rest):
            return ""
        command = self._commands[asked.word]
        groups = groups_of(self._policy, event)
        if not command.allowed(person, groups) or self._book.arguments(command, asked, may=True) is None:
            return ""
        line = plain(f"/{command.word} {asked.rest}", _MEANT_LETTERS)
        return self._voice.render_for(person, TextId("meant_command"), line=line)

    def _suggest_similar(self, person: Person, typed: Typed, event: EventBase) -> str:
        """Return a text with the most similar commands that the person may use; "" if there are none.

        A command that is not harmless (`forgiving`) is suggested only if the typed word has a mere typing error.
        """
        said = skeleton(event.text) if isinstance(event, MessageSent) else ""
        meant = [command for command in self._commands.values() if any(map(said.startswith, command.suggested_for))]
        near = [self._commands[word] for word in typed.near]
        slip = typed.close and not meant
        fitting = [command for place, command in enumerate(near) if command.forgiving or (slip and not place)]
        groups = groups_of(self._policy, event)
        likest = [one for one in dict.fromkeys([*meant, *fitting]) if one.allowed(person, groups)][:_MOST_SUGGESTED]
        rows = [self._voice.render(TextId("help_row"), usage=self._voice.render(command.usage)) for command in likest]
        return self._voice.render(TextId("near_commands"), rows="\n".join(rows)) if rows else ""

    def _decline_sealed(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        told = [finding for finding in verdict.findings if not finding.shadow]
        person = uow.people.find_or_create(event.account, event.sender_uid)
        if not told or person is None or not is_fresh(event, self._policy.clock()):
            return  # Nobody is told of what a shadow rule finds.
        if not self._count_answer(uow, person):
            return
        citation = self._voice.citation(told[0].clause)
        text = self._voice.render_for(uow.people.get(person.id), TextId("sealed_private"), citation=citation)
        self._post.to_person(uow, person, text, Purpose.REPLY, group_id=NO_GROUP, asked_for=True)
        self._book.audit(uow.audit.append, event, person, "private.sealed", "")
