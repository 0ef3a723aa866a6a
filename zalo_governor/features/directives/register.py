"""Changes to the directive ledger: open a directive, record answers, extend, close, drop; each one audited."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from zalo_governor.domain.audit import AuditEntry
from zalo_governor.domain.directives import (
    CODE_PREFIX,
    AnswerKind,
    AnswerWay,
    Assignee,
    Directive,
    DirectiveAnswer,
    DirectiveItem,
    DirectiveState,
)
from zalo_governor.features.directives.addressees import Addressee, GroupDirectory, directory_of
from zalo_governor.features.directives.reminders import plan_question, plan_reminders
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.storage.unit_of_work import UnitOfWork


def with_addressee(uow: UnitOfWork, entry: AuditEntry) -> AuditEntry:
    """Return the entry of the audit log; if it is about one addressee, with the name in place of the id.

    The log itself holds ids only; the name is stored, encrypted, with the directive.
    """
    number = entry.detail.get("addressee")
    if not number or not entry.action.startswith("directive."):
        return entry
    asked = uow.directives.assignees(int(entry.subject.removeprefix(CODE_PREFIX)))
    name = next((one.name for one in asked if one.id == number), "unknown")
    return entry.model_copy(update={"detail": entry.detail | {"addressee": name}})


def _counted(assignees: Collection[Assignee]) -> dict[str, int]:
    """Return what the audit log stores of these addressees: their number; of a single one, also its id."""
    count = {"addressees": len(assignees)}
    return count | {"addressee": next(iter(assignees)).id} if len(assignees) == 1 else count


def _addressed(directive: Directive) -> object:
    return [item.names for item in directive.items], directive.mentioned_uids


def _due_of(directive: Directive, place: int) -> datetime | None:
    return directive.items[place].due_at if place < len(directive.items) else None


_FOLLOWED = 200
"""For how many open directives `find_people` looks for people who can answer, after each group sync."""


class DirectiveRegister:
    """The only place where directives, their addressees and answers are changed."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy

    def open(self, uow: UnitOfWork, directive: Directive, *, by: int | None = None) -> Directive:
        """Register a new directive; find its addressees or, if it is unsure, ask the admins whether it is one.

        Args:
            uow: the transaction.
            directive: the directive; its state says whether it is sure (open) or unsure (proposed).
            by: the person who entered it by hand; None if the program recognised it.
        """
        directive = uow.directives.add(directive.model_copy(update={"unconfirmed": directive.open and by is None}))
        self._audit(uow, "directive.opened" if directive.open else "directive.proposed", directive, by=by)
        if directive.open:
            return self._begin(uow, directive)
        plan_question(uow, self._policy, directive)
        return directive

    def accept(self, uow: UnitOfWork, directive: Directive, by: int) -> Directive:
        """Open a proposed directive, as an admin has said that it is one."""
        directive = self._move(uow, directive, DirectiveState.OPEN, by=by)
        return self._begin(uow, directive)

    def confirm(self, uow: UnitOfWork, directive: Directive, by: int) -> Directive:
        """Record that a person confirmed, by a command about it, an open directive that the program entered unasked."""
        return self._move(uow, directive, DirectiveState.OPEN, by=by) if directive.unconfirmed else directive

    def drop(self, uow: UnitOfWork, directive: Directive, by: int, reason: str) -> Directive:
        """Record that the message is no directive, or need not be followed any more."""
        return self._move(uow, directive, DirectiveState.DROPPED, by=by, reason=reason)

    def withdraw(self, uow: UnitOfWork, directive: Directive, by: int | None) -> Directive:
        """Record that the directive's message was recalled or deleted."""
        return self._move(uow, directive, DirectiveState.WITHDRAWN, by=by)

    def forget_text(self, uow: UnitOfWork, directive: Directive) -> None:
        """Withdraw the directive and delete its texts, since its message may contain a state secret."""
        items = tuple(DirectiveItem(text="", due_at=item.due_at) for item in directive.items)
        directive = directive.model_copy(update={"items": items, "reason": "", "closing_words": {}, "place": ""})
        self._move(uow, directive, DirectiveState.WITHDRAWN, by=None)

    def revise(self, uow: UnitOfWork, directive: Directive) -> Directive:
        """Store the items of an edited directive; addressees who are still named keep their answers.

        What commands have changed stays where the edit changes nothing: other deadlines, and added addressees. One that
        was taken off comes back only if the text names it now and did not before.
        """
        before = uow.directives.get(directive.id) or directive
        uow.directives.save(directive)
        self._audit(uow, "directive.revised", directive)
        if directive.state not in {DirectiveState.OPEN, DirectiveState.DONE}:
            return directive
        known = {(one.item, one.name): one for one in uow.directives.assignees(directive.id)}
        kept = [(one, one.item) for one in known.values()]
        added: list[Assignee] = []
        if _addressed(before) != _addressed(directive):
            kept, found = [], self._resolve(uow, directive)
            named = {(place, addressee.name) for place, addressee in found}
            former = {addressee.name for _, addressee in self._resolve(uow, before)}
            former.update(name for item in before.items for name in item.names)
            for place, addressee in found:
                key = (place, addressee.name)
                if key not in known:  # The item may have moved, since another one was put before it.
                    key = next((old for old in known if old[1] == addressee.name and old not in named), key)
                if one := known.pop(key, None):
                    kept.append((one.model_copy(update={"removed": one.removed and one.name in former}), place))
                else:
                    added.append(self._assignee(uow, directive, place, addressee, _due_of(directive, place)))
            for gone in known.values():
                kept.append((gone.model_copy(update={"removed": gone.removed or gone.name in former}), gone.item))
        moved = []
        for one, place in kept:
            was, now = _due_of(before, one.item), _due_of(directive, place)
            due = one.due_at if was == now else now
            moved.append(one.model_copy(update={"item": place, "due_at": due}))
        uow.directives.put_assignees([*added, *moved])
        plan_reminders(uow, self._policy, directive)
        return self._close_or_reopen(uow, directive)

    def extend(
        self, uow: UnitOfWork, directive: Directive, assignees: Collection[Assignee], due_at: datetime, by: int
    ) -> None:
        """Give these addressees of the directive another deadline."""
        directive = self.confirm(uow, directive, by)
        uow.directives.put_assignees(one.model_copy(update={"due_at": due_at}) for one in assignees)
        due = due_at.isoformat("T", "minutes")
        self._audit(uow, "directive.extended", directive, by=by, **_counted(assignees), due=due)
        plan_reminders(uow, self._policy, directive)

    def find_people(self, uow: UnitOfWork, group_id: str) -> None:
        """Store who can now answer for the addressees of open directives, as people join, leave or change their agency.

        Where nobody can now, those who could before stay. An addressee that was absent when its deadline ended is left
        out, as it would then count as late.
        """
        now = self._policy.clock()
        directories: dict[str, GroupDirectory] = {}
        found: dict[tuple[str, str], list[Addressee]] = {}
        answering = []
        for directive, asked in uow.directives.unreported(group_id, _FOLLOWED):
            for one in asked:
                if one.settled or (one.absent and one.due_at and one.due_at < now):
                    continue
                if directive.account not in directories:
                    directories[directive.account] = self._directory(uow, directive)
                key = (directive.account, one.name)
                if key not in found:
                    found[key] = directories[directive.account].find([one.name])
                # A person found by a mention may share the name, or a part of it, with somebody else.
                sure = len(found[key]) == 1 and (not one.in_group or one.name == found[key][0].name)
                ids = self._people_of(uow, directive, found[key][0]) if sure else ()
                if ids and ids != one.person_ids:
                    answering.append(one.model_copy(update={"person_ids": ids, "known": True}))
        uow.directives.put_assignees(answering)

    def add_addressees(self, uow: UnitOfWork, directive: Directive, names: Sequence[str], by: int) -> Directive:
        """Add addressees to the directive's first item; put those that were taken off back on their own item.

        If no addressee has the item's own deadline any more, the added ones get the latest deadline of the others.
        """
        directive = self.confirm(uow, directive, by)
        present = uow.directives.assignees(directive.id)
        added = []
        for addressee in self._directory(uow, directive).find(names):
            entries: list[Assignee | None] = [one for one in present if one.name == addressee.name]
            for before in entries or [None]:
                place = before.item if before else 0
                due = _due_of(directive, place)
                dues = [one.due_at for one in present if one.item == place and not one.removed]
                if dues and due not in dues:
                    due = max(filter(None, dues), default=None)
                if before is None:
                    added.append(self._assignee(uow, directive, place, addressee, due))
                elif before.removed:
                    back = {"removed": False, "due_at": due if dues else before.due_at}
                    added.append(before.model_copy(update=back))
        uow.directives.put_assignees(added)
        self._audit(uow, "directive.assigned", directive, by=by, added=len(added))
        plan_reminders(uow, self._policy, directive)
        return directive

    def remove_addressees(
        self, uow: UnitOfWork, directive: Directive, assignees: Collection[Assignee], by: int
    ) -> Directive:
        """Take addressees off the directive."""
        directive = self.confirm(uow, directive, by)
        uow.directives.put_assignees(one.model_copy(update={"removed": True}) for one in assignees)
        self._audit(uow, "directive.assigned", directive, by=by, removed=len(assignees))
        return self._close_or_reopen(uow, directive)

    def finish(
        self, uow: UnitOfWork, directive: Directive, assignees: Collection[Assignee], by: int, key: str, words: str = ""
    ) -> Directive:
        """Close these addressees by hand; `key` is the id of the command's message, `words` says why."""
        directive = self.confirm(uow, directive, by)
        answer = DirectiveAnswer(
            group_id=directive.group_id,
            message_key=f"/xong {key}",
            person_id=by,
            at=self._policy.clock(),
            kind=AnswerKind.REPORTED,
            way=AnswerWay.BY_HAND,
        )
        if words:
            said = {**directive.closing_words, answer.message_key: words}
            directive = directive.model_copy(update={"closing_words": said})
            uow.directives.save(directive)
        self._add_answer(uow, directive, assignees, answer)
        self._audit(uow, "directive.finished", directive, by=by, **_counted(assignees))
        return self._close_or_reopen(uow, directive)

    def reopen(
        self, uow: UnitOfWork, directive: Directive, by: int, only: Collection[Assignee] = ()
    ) -> Directive | None:
        """Undo the `/bo` (drop) of a directive, else each `/xong` (close) of its addressees, or of `only` these.

        Returns:
            The directive as changed; None if there was nothing to undo.
        """
        assignees = uow.directives.assignees(directive.id)
        if directive.state is DirectiveState.DROPPED:
            if not assignees:
                return self.accept(uow, directive, by)
            # Answers that came in the meantime were recorded, and may be all that was awaited.
            directive = self._close_or_reopen(uow, self._move(uow, directive, DirectiveState.OPEN, by=by))
        else:
            said = [(one, answer) for one in assignees for answer in uow.directives.answers(one.id)]
            entered = [(one, answer) for one, answer in said if answer.way is AnswerWay.BY_HAND]
            taken = [(one, answer) for one, answer in entered if not only or one in only]
            if not taken or directive.state not in {DirectiveState.OPEN, DirectiveState.DONE}:
                return None
            for key in {answer.message_key for _, answer in taken}:
                self.forget_answer(uow, directive.group_id, key)
            kept = [(one, answer) for one, answer in entered if (one, answer) not in taken]
            for one, answer in kept:
                self._add_answer(uow, directive, [one], answer)
            self._audit(uow, "directive.reopened", directive, by=by, addressees=len(taken))
            directive = uow.directives.get(directive.id) or directive
            keys = {answer.message_key for _, answer in kept}
            words = {key: why for key, why in directive.closing_words.items() if key in keys}
            directive = directive.model_copy(update={"closing_words": words})
            uow.directives.save(directive)
            directive = self._close_or_reopen(uow, directive)
        plan_reminders(uow, self._policy, directive)
        return directive

    def record_answer(
        self, uow: UnitOfWork, directive: Directive, assignees: Iterable[Assignee], answer: DirectiveAnswer
    ) -> None:
        """Record a message or reaction as an answer of these addressees (`answer` without its assignee)."""
        self._add_answer(uow, directive, assignees, answer)
        self._close_or_reopen(uow, directive)

    def forget_answer(self, uow: UnitOfWork, group_id: str, message_key: str) -> None:
        """Undo the answers that a message or reaction was counted as, since it was recalled, edited or taken back."""
        answers = uow.directives.answers_by_message(group_id, message_key)
        if not answers:
            return
        uow.directives.forget_answers(group_id, message_key)
        for directive_id in {answer.directive_id for answer in answers if answer.directive_id is not None}:
            directive = uow.directives.get(directive_id)
            concerned = {answer.assignee_id for answer in answers}
            self._settle(uow, [one for one in uow.directives.assignees(directive_id) if one.id in concerned])
            if directive is not None:
                self._close_or_reopen(uow, directive)

    def _begin(self, uow: UnitOfWork, directive: Directive) -> Directive:
        uow.directives.put_assignees(
            self._assignee(uow, directive, place, addressee, _due_of(directive, place))
            for place, addressee in self._resolve(uow, directive)
        )
        plan_reminders(uow, self._policy, directive)
        assignees = uow.directives.assignees(directive.id)
        for answer in uow.directives.take_waiting_answers(directive.group_id, directive.message_key):
            own = [one for one in assignees if answer.person_id in one.person_ids]
            self._add_answer(uow, directive, own, answer)
        return self._close_or_reopen(uow, directive)

    def _resolve(self, uow: UnitOfWork, directive: Directive) -> list[tuple[int, Addressee]]:
        """Return (index of the item, addressee) for all items.

        Where no item names anybody, it is for `mentioned_uids`.
        """
        directory = self._directory(uow, directive)
        found = [
            (place, addressee)
            for place, item in enumerate(directive.items)
            for addressee in directory.find(item.names, directive.mentioned_uids)
        ]
        if not found:
            found = [(0, addressee) for addressee in directory.by_uids(directive.mentioned_uids)]
        return found

    def _directory(self, uow: UnitOfWork, directive: Directive) -> GroupDirectory:
        return directory_of(uow, directive.account, directive.group_id, self._policy.directives.kinds)

    def _assignee(
        self, uow: UnitOfWork, directive: Directive, place: int, addressee: Addressee, due_at: datetime | None
    ) -> Assignee:
        return Assignee(
            directive_id=directive.id,
            group_id=directive.group_id,
            item=place,
            name=addressee.name,
            known=addressee.known,
            person_ids=self._people_of(uow, directive, addressee),
            due_at=due_at,
        )

    def _people_of(self, uow: UnitOfWork, directive: Directive, addressee: Addressee) -> tuple[int, ...]:
        people = (uow.people.find_or_create(directive.account, uid) for uid in addressee.uids)
        return tuple(dict.fromkeys(person.id for person in people if person and person.id != directive.given_by))

    def _add_answer(
        self, uow: UnitOfWork, directive: Directive, assignees: Iterable[Assignee], answer: DirectiveAnswer
    ) -> None:
        said = {"directive_id": directive.id}
        answered = [
            one
            for one in assignees
            if uow.directives.add_answer(answer.model_copy(update=said | {"assignee_id": one.id}))
        ]
        self._settle(uow, answered)

    def _settle(self, uow: UnitOfWork, assignees: Iterable[Assignee]) -> None:
        uow.directives.put_assignees(one.answered(uow.directives.answers(one.id)) for one in assignees)

    def _close_or_reopen(self, uow: UnitOfWork, directive: Directive) -> Directive:
        """Close the directive if nothing more is awaited of its addressees; reopen a closed one if something is."""
        asked = [one for one in uow.directives.assignees(directive.id) if not one.removed]
        left = any(not one.settled for one in asked)
        if directive.open and asked and not left:
            return self._move(uow, directive, DirectiveState.DONE, by=None)
        if directive.state is DirectiveState.DONE and left:
            return self._move(uow, directive, DirectiveState.OPEN, by=None)
        return directive

    def _move(
        self, uow: UnitOfWork, directive: Directive, to: DirectiveState, *, by: int | None, reason: str = ""
    ) -> Directive:
        changed = {"state": to, "changed_at": self._policy.clock(), "reason": reason}
        changed |= {"unconfirmed": directive.unconfirmed and by is None}
        directive = directive.model_copy(update=changed)
        uow.directives.save(directive)
        self._audit(uow, f"directive.{to.value}", directive, by=by)
        return directive

    def _audit(
        self, uow: UnitOfWork, action: str, directive: Directive, *, by: int | None = None, **detail: Any
    ) -> None:
        uow.audit.append(
            action,
            at=self._policy.clock(),
            actor_id=by,
            group_id=directive.group_id,
            subject=directive.code,
            detail=detail,
        )
