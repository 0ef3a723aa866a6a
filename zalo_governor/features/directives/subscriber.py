"""Event subscriber of the directive ledger: directives, answers, reactions, receipts, edits and recalls."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from zalo_governor.domain.directives import (
    GIVERS,
    AnswerKind,
    AnswerWay,
    Directive,
    DirectiveAnswer,
    DirectiveItem,
    DirectiveState,
)
from zalo_governor.domain.events import (
    EventBase,
    MessageDeleted,
    MessageRecalled,
    MessageRevised,
    MessageSeen,
    MessageSent,
    Quote,
    Reacted,
)
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.message_acts import target_keys
from zalo_governor.domain.people import DESK, Person, Role
from zalo_governor.features.cases.freshness import is_fresh
from zalo_governor.features.directives.answers import AnswerMatcher, cites_directive
from zalo_governor.features.directives.pages import DirectivePages
from zalo_governor.features.directives.reading import reader_for
from zalo_governor.features.directives.register import DirectiveRegister
from zalo_governor.messaging.command_parsing import begins_with_slash
from zalo_governor.messaging.feature import EventHandler
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork
from zalo_governor.text.agency_names import bare_kind
from zalo_governor.text.fold import fold


class DirectiveLedger(EventHandler):
    """Event subscriber that keeps the directive ledger; called for each judged event of a governed group."""

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._register = DirectiveRegister(policy)
        self._reader = reader_for(policy.directives.skip_holidays)
        self._matcher = AnswerMatcher(self._reader)
        self._pages = DirectivePages(policy)

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Act on the event, if it is a directive, an answer to one, or about the message of one."""
        if verdict.sealed:
            self._forget_sealed(uow, event)
        elif isinstance(event, MessageSent):
            self._handle_message(uow, event)
        elif isinstance(event, MessageRecalled | MessageDeleted):
            self._handle_withdrawal(uow, event)
        elif isinstance(event, Reacted):
            for key in target_keys(event):
                self._count_reaction(uow, event, key)
        elif isinstance(event, MessageSeen):
            self._note_receipts(uow, event)

    def after_sync(self, uow: UnitOfWork, group_id: str) -> None:
        """Store who can now answer for the addressees of open directives, as members may have changed."""
        self._register.find_people(uow, group_id)

    def _handle_message(self, uow: UnitOfWork, event: MessageSent) -> None:
        person = uow.people.find_or_create(event.account, event.sender_uid)
        if person is None or not self._may_concern(uow, event, person) or begins_with_slash(event.text):
            return
        former: list[DirectiveAnswer] = []
        if isinstance(event, MessageRevised):
            former = uow.directives.answers_by_message(event.thread_id, event.key)
            self._register.forget_answer(uow, event.thread_id, event.key)
        if person.holds(event.thread_id, *GIVERS, *DESK) and self._read_directive(uow, event, person):
            return
        self._read_answer(uow, event, person, former)

    def _may_concern(self, uow: UnitOfWork, event: MessageSent, person: Person) -> bool:
        """Return whether the message may be a directive or an answer to one: a quick check, as most are neither."""
        return (
            person.holds(event.thread_id, *GIVERS, *DESK)
            or event.quote is not None
            or isinstance(event, MessageRevised)
            or uow.directives.owes(event.thread_id, person.id)
            or cites_directive(event.text)
        )

    def _read_directive(self, uow: UnitOfWork, event: MessageSent, person: Person) -> bool:
        """Open or revise a directive if the message is one, drop it if it no longer is; return whether it is."""
        if not event.text or not self._policy.directives.recognise:
            return False
        role = "leader" if person.holds(event.thread_id, *GIVERS) else "admin"
        read = self._reader.directive(event.text, role, event.at)
        known = uow.directives.of_message(event.thread_id, event.key) if isinstance(event, MessageRevised) else None
        if known is not None:
            # "Hôm nay" still means the day of the first version, unless the edit sets another time.
            first = self._reader.directive(event.text, role, known.at)
            read = first if _times(first[1]) <= _times(known.items) else read
            before = self._reader.directive(known.text, role, known.at)[1]
            if len(known.items) == len(before) == len(first[1]) == len(read[1]):
                read = read[0], tuple(map(_as_edited, known.items, before, first[1], read[1]))
        is_directive, items = read
        if is_directive is False:
            if known is not None:
                self._drop_edited(uow, known, role, person)
            return False
        says_who_or_when = any(item.names or item.due_at for item in items) or event.mentions or event.quote
        if event.is_caption or not says_who_or_when:
            # A caption mostly tells what the picture shows; what names nobody and no time is mostly no order.
            is_directive = None
        if known is not None:
            # uids differ between bot accounts, so another account's event does not change them. Nor does an edit that
            # brings none, as Zalo sends edits without mentions and quote; unless its text names somebody else.
            told = event.mentions or event.quote or not _mentioned(items) <= _mentioned(known.items)
            own = event.account == known.account
            uids = _addressed_uids(event, items) if own and told else known.mentioned_uids
            self._register.revise(uow, known.model_copy(update={"items": items, "mentioned_uids": uids}))
        elif uow.claims.claim_once(f"directive:{event.thread_id}:{event.key}", event.at):
            # Claimed, since another bot account in the group reads the same message.
            state = DirectiveState.OPEN if is_directive else DirectiveState.PROPOSED
            self._open(uow, event, person, items, state)
        return is_directive is True

    def _drop_edited(self, uow: UnitOfWork, known: Directive, role: str, by: Person) -> None:
        """Drop a directive whose message is none any more after an edit; tell the admins if the directive was open.

        It stays if its message was none before the edit either, as people entered it by hand.
        """
        waits = known.state in {DirectiveState.OPEN, DirectiveState.PROPOSED}
        if not waits or self._reader.directive(known.text, role, known.at)[0] is False:
            return
        # A proposed one gets no reason: that would be counted as the answer "yes" to the question about it.
        reason = self._voice.render(TextId("directive_edited")) if known.open else ""
        self._register.drop(uow, known, by.id, reason)
        if known.open:
            text = self._voice.render(TextId("directive_dropped_edited"), code=known.code)
            self._post.to_desk(uow, text, group_id=known.group_id)

    def _open(
        self,
        uow: UnitOfWork,
        event: MessageSent,
        person: Person,
        items: Sequence[DirectiveItem],
        state: DirectiveState,
    ) -> None:
        by_leader = person.holds(event.thread_id, *GIVERS)
        giver = person if by_leader else self._giver_named(uow, event.thread_id, event.text)
        if giver is None:
            return
        directive = self._register.open(
            uow,
            Directive(
                group_id=event.thread_id,
                account=event.account,
                message_key=event.key,
                given_by=giver.id,
                entered_by=None if giver.id == person.id else person.id,
                at=event.at,
                state=state,
                items=tuple(items),
                mentioned_uids=_addressed_uids(event, items),
                changed_at=self._policy.clock(),
            ),
        )
        if not directive.open or not is_fresh(event, self._policy.clock()):
            return
        assignees = uow.directives.assignees(directive.id)
        if self._policy.directives.acknowledge_in_group:
            line = self._pages.acknowledgement(directive, assignees)
            self._post.to_group(uow, line, group_id=event.thread_id)
        if text := self._pages.entered(directive, assignees):
            self._post.to_desk(uow, text, group_id=event.thread_id)

    def _giver_named(self, uow: UnitOfWork, group_id: str, text: str) -> Person | None:
        """Return which leader's order a relayed message passes on: the one named in it, else the head of the group."""
        givers = self._post.holders_in(uow, group_id, *GIVERS)
        words = _WORD.findall(fold(text))
        named = [person for person in givers if _name_of(person) and _name_of(person) in words[:_OPENING_WORDS]]
        if len(named) == 1:
            return named[0]
        heads = [person for person in givers if person.holds(group_id, Role.LEADER)]
        return next(iter(heads or givers), None)

    def _read_answer(
        self, uow: UnitOfWork, event: MessageSent, person: Person, former: Sequence[DirectiveAnswer]
    ) -> None:
        """Record which directives the message answers; `former` are the answers that it was counted as before an edit.

        An edited message keeps the quote that it had, and its first time for the kinds of answers that it was before.
        """
        edited_at, kinds = event.at, {one.kind for one in former}
        for one in former[:1]:
            quote = Quote(owner_uid="", key=one.target_key, text="") if one.target_key else None
            event = event.model_copy(update={"at": one.at, "quote": event.quote or quote})
        answer = DirectiveAnswer(
            group_id=event.thread_id,
            target_key=event.quote.key if event.quote else "",
            message_key=event.key,
            person_id=person.id,
            at=event.at,
            kind=AnswerKind.RECEIVED,
            way=AnswerWay.QUOTE,
        )
        matches = self._matcher.matches(uow, event, person)
        for match in matches:
            at = event.at if match.kind in kinds else edited_at
            found = {"kind": match.kind, "way": match.way, "assumed": match.assumed, "at": at}
            self._register.record_answer(uow, match.directive, match.assignees, answer.model_copy(update=found))
        if not matches and event.quote is not None and self._may_become_directive(uow, event):
            kind = self._matcher.kind(event, event.quote.text)
            if kind is not None:
                uow.directives.add_answer(answer.model_copy(update={"kind": kind}))

    def _may_become_directive(self, uow: UnitOfWork, event: MessageSent) -> bool:
        """Return whether the quoted message may still become a directive: received late, or entered by hand later."""
        if event.quote is None:
            return False
        known = uow.directives.of_message(event.thread_id, event.quote.key)
        if known is not None:
            return known.state in _MAY_BE_OPENED
        owner = uow.people.find_or_create(event.account, event.quote.owner_uid)
        return owner is not None and owner.holds(event.thread_id, *GIVERS, *DESK)

    def _handle_withdrawal(self, uow: UnitOfWork, event: MessageRecalled | MessageDeleted) -> None:
        by = uow.people.find_or_create(event.account, event.sender_uid)
        for key in target_keys(event):
            self._register.forget_answer(uow, event.thread_id, key)
            directive = uow.directives.of_message(event.thread_id, key)
            if directive is None or directive.state is DirectiveState.WITHDRAWN:
                continue
            own = by is not None and by.id in {directive.given_by, directive.entered_by}
            if own or isinstance(event, MessageDeleted):
                self._register.withdraw(uow, directive, by.id if by else None)

    def _count_reaction(self, uow: UnitOfWork, event: Reacted, target_key: str) -> None:
        directive = uow.directives.of_message(event.thread_id, target_key)
        person = uow.people.find_or_create(event.account, event.sender_uid)
        if directive is None or person is None or not self._policy.directives.reactions_count:
            return
        key = f"reaction {target_key} {person.id}"
        # A person may have several icons on a message, and can only remove all of them (zalo-protocol.md, 14.3).
        if not event.icon:
            self._register.forget_answer(uow, event.thread_id, key)
        if not event.icon or event.icon in _REFUSING_ICONS:
            return
        answer = DirectiveAnswer(
            group_id=event.thread_id,
            target_key=target_key,
            message_key=key,
            person_id=person.id,
            at=event.at,
            kind=AnswerKind.RECEIVED,
            way=AnswerWay.REACTION,
        )
        asked = [one for one in uow.directives.assignees(directive.id) if not one.removed]
        if not asked and directive.state in _MAY_BE_OPENED:
            uow.directives.add_answer(answer)
        own = [one for one in asked if person.id in one.person_ids]
        self._register.record_answer(uow, directive, own, answer)

    def _note_receipts(self, uow: UnitOfWork, event: MessageSeen) -> None:
        directive = uow.directives.of_message(event.thread_id, event.target_key)
        if directive is None:
            return
        people = (uow.people.find_or_create(event.account, uid) for uid in event.seen_uids if uid != event.account)
        uow.directives.note_seen(directive.id, [person.id for person in people if person], event.at)

    def _forget_sealed(self, uow: UnitOfWork, event: EventBase) -> None:
        """Forget the text of a directive whose message turns out, after an edit, to contain a possible state secret."""
        directive = uow.directives.of_message(event.thread_id, event.key)
        if directive is not None:
            self._register.forget_text(uow, directive)


def _addressed_uids(event: MessageSent, items: Sequence[DirectiveItem]) -> tuple[str, ...]:
    """Return the uids that an order mentions; if none, and it names nobody or a bare `xã`, the quoted author's uid."""
    names = [name for item in items for name in item.names]
    if event.quote is not None and not event.mentions and (not names or any(map(bare_kind, names))):
        return (event.quote.owner_uid,)
    return tuple(mention.uid for mention in event.mentions)


def _times(items: Iterable[DirectiveItem]) -> set[tuple[datetime | None, datetime | None]]:
    return {(item.due_at, item.missed_at) for item in items}


def _as_edited(
    known: DirectiveItem, before: DirectiveItem, after: DirectiveItem, edited: DirectiveItem
) -> DirectiveItem:
    """Return the item `edited`, but with the addressees or the deadline of `known` where the edit left them alone.

    People may have changed those by hand. `before` and `after` are what the program reads before and after the edit.
    """
    names = {"names": known.names} if before.names == after.names else {}
    times = {"due_at": known.due_at, "missed_at": known.missed_at} if _times([before]) == _times([after]) else {}
    return edited.model_copy(update={**names, **times})


def _mentioned(items: Iterable[DirectiveItem]) -> set[str]:
    return {name for item in items for name in item.names if name.startswith("@")}


def _name_of(person: Person) -> str:
    """Return the given name of a person without diacritics: the last word of the full name."""
    words = _WORD.findall(fold(person.full_name))
    return words[-1] if words else ""


_MAY_BE_OPENED = frozenset({DirectiveState.PROPOSED, DirectiveState.DROPPED})
"""States of a directive that a person may yet open; answers to it are kept until then."""
_WORD = re.compile(r"\w+")
_OPENING_WORDS = 16
"""Number of words at the beginning of a relayed order in which the leader is named."""
_REFUSING_ICONS = frozenset({"/-weak", ":-((", ":-h", ":(", "/-no", "/-break"})
"""Icons of Zalo that do not confirm a receipt: thumb down, crying, angry, refusing, broken heart."""
