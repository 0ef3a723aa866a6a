"""Notices about changes of the group that the leader had not approved: to admins, leader and whoever made them."""

from collections.abc import Sequence

from zalo_governor.domain.cases import Case
from zalo_governor.domain.group_changes import Change, ChangeKind
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import DESK, NOBODY_UID, Person, Reach, Role
from zalo_governor.domain.pictures import ALIKE, difference
from zalo_governor.features.cases.member_request import MemberRequest
from zalo_governor.messaging.change_wording import ChangeFormatter
from zalo_governor.messaging.formatter import brief, time_or_brief
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.shortening import Shortenable
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork


class ChangeNotifications(Speaker):
    """Sender of notices about changes of a group: to admins, the leader and the person (actor) who made the change."""

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._wording = ChangeFormatter(self._voice, policy.changes)

    def changed(self, uow: UnitOfWork, case: Case, actor: Person, changes: Sequence[Change]) -> Case:
        """Send notices about changes of the group that the leader had not approved.

        Changes made by an admin are told to the leader and the other admins, those made by others to the admins.

        Args:
            actor: the person who made the changes.

        Returns:
            The case about the changes; if the leader was told, with the time of that, which the caller has to store.
        """
        actor = uow.people.get(actor.id)
        by_desk = actor.holds(case.group_id, *DESK)
        leaders = self._leaders(uow, case) if by_desk else []
        about = self._case_fields(uow, case, actor, changes)
        said = self._voice.render(TextId("change_leader"), **about) if leaders else ""
        sent = [
            self._post.to_person(uow, leader, said, Purpose.LEADER_ALERT, group_id=case.group_id, case_id=case.id)
            for leader in leaders
        ]
        untold = TextId("change_withheld") if leaders else TextId("leader_nobody")
        told = TextId("change_told_leader") if any(sent) else untold
        asked = self._ask_actor(uow, case, actor, about, told if any(sent) else TextId("change_told_desk"))
        self._tell_admins(uow, case, actor, changes, about, asked, told)
        return case.told_leader(at=self._policy.clock(), by=None) if any(sent) else case

    def approved(self, uow: UnitOfWork, case: Case, by: Person) -> None:
        """Tell the admins, and the person who made the change that the case is about, that `by` has approved it."""
        text = self._voice.render(
            TextId("change_approved"),
            code=case.code,
            group=self._voice.group(self._policy.group(case.group_id)),
            by=self._voice.who(by),
        )
        actor = uow.people.get(case.person_id)
        told = {
            person.id: person
            for person in (*self._post.holders_in(uow, case.group_id, *DESK), actor)
            if person.id != by.id
        }
        for person in told.values():
            if person.uid != NOBODY_UID:
                purpose = Purpose.ADMIN_ALERT if person.holds(case.group_id, *DESK) else Purpose.MEMBER_REQUEST
                self._post.to_person(uow, person, text, purpose, group_id=case.group_id, case_id=case.id)

    def allowed(self, uow: UnitOfWork, text: str, by: Person, group_id: str) -> None:
        """Send `text`, which says that `by` approved a change of the group in advance, to the admins except `by`."""
        for person in self._post.holders_in(uow, group_id, *DESK):
            if person.id != by.id:
                self._post.to_person(uow, person, text, Purpose.ADMIN_ALERT, group_id=group_id)

    def pictures(self, uow: UnitOfWork, case: Case, address: str) -> None:
        """Tell those who were told of the case whether the new group picture resembles the one before.

        `address` is the URL of the new picture. Nothing is sent in the quiet hours, in which nobody is told of the case
        either.
        """
        if not case.urgent and self._policy.rests_until(self._policy.clock()):
            return
        text = self._compare_pictures(uow, case, address)
        actor = uow.people.get(case.person_id)
        told = self._leaders(uow, case) if actor.holds(case.group_id, *DESK) else []
        for person in told or self._post.holders_in(uow, case.group_id, *DESK):
            purpose = Purpose.LEADER_ALERT if told else Purpose.ADMIN_ALERT
            self._post.to_person(uow, person, text, purpose, group_id=case.group_id, case_id=case.id)

    def _compare_pictures(self, uow: UnitOfWork, case: Case, address: str) -> str:
        """Return the text comparing the group picture at URL `address` with the one before, by perceptual hash."""
        pictures = [kept.change for kept in uow.group_changes.of_case(case) if kept.change.kind is ChangeKind.PICTURE]
        before = next((change.before for change in reversed(pictures) if change.after == address), None)
        account = self._policy.account
        new = uow.pictures.thumbnail(account, case.group_id, address)
        old = uow.pictures.thumbnail(account, case.group_id, before) if before else None
        if new is None:
            return self._voice.render(TextId("picture_not_fetched"), code=case.code)
        if old is None:
            return self._voice.render(TextId("picture_no_before"), code=case.code)
        bits = difference(old.likeness, new.likeness)
        return self._voice.render(TextId("picture_alike") if bits <= ALIKE else TextId("picture_other"), code=case.code)

    def _tell_admins(
        self,
        uow: UnitOfWork,
        case: Case,
        actor: Person,
        changes: Sequence[Change],
        about: dict[str, str],
        asked: MemberRequest,
        told: TextId,
    ) -> None:
        """Tell the admins of the changes, except the admin who made them.

        Args:
            about: fields of the message template.
            asked: whether the person who made the changes (`actor`) was asked to get approval.
            told: id of the text saying whether the leader was told; used only if an admin made the changes.
        """
        by_desk = actor.holds(case.group_id, *DESK)
        shown = any(change.kind is ChangeKind.PICTURE for change in changes)
        picture = self._voice.render(TextId("change_confirm_picture")) if shown else ""
        approval = self._voice.render(TextId("change_approval"), code=case.code, until=about["until"])
        about = {name: value for name, value in about.items() if name != "until"}
        about |= {"head": self._voice.head(case), "unapproved": self._voice.render(TextId("change_unapproved"))}
        if actor.uid == NOBODY_UID:
            found = {name: value for name, value in about.items() if name != "who"}
            text = self._voice.render(TextId("change_alert_found"), picture=picture, approval=approval, **found)
        else:
            texts = [asked.told_to_admins, *([told] if by_desk else [])]
            lines = [self._voice.render(text) for text in texts]
            people_told = Shortenable(" ".join(lines), lines[-1])
            text = self._voice.render(
                TextId("change_alert"), picture=picture, told=people_told, approval=approval, **about
            )
        roles = frozenset({Role.ADMIN}) if by_desk and told == TextId("change_told_leader") else DESK
        for person in self._post.holders_in(uow, case.group_id, *roles):
            if person.id != actor.id:
                self._post.to_person(uow, person, text, Purpose.ADMIN_ALERT, group_id=case.group_id, case_id=case.id)

    def _ask_actor(
        self, uow: UnitOfWork, case: Case, actor: Person, about: dict[str, str], told: TextId
    ) -> MemberRequest:
        """Tell the person who made the changes how to get the leader's approval; return whether this was done.

        `told` is the id of the sentence saying who was told of the changes; `about` holds the fields of the message.
        """
        if actor.uid == NOBODY_UID:
            return MemberRequest.NOT_ASKED
        if actor.holds(case.group_id, Role.LEADER, Role.LEADERSHIP):
            return MemberRequest.LEADERSHIP
        if actor.reach is Reach.REFUSED:
            return MemberRequest.UNREACHED
        if not self._policy.escalation.remind_members and not actor.holds(case.group_id, *DESK):
            return MemberRequest.NOT_ASKED
        text = self._voice.render_for(actor, TextId("change_request"), told=self._voice.render(told), **about)
        sent = self._post.to_person(uow, actor, text, Purpose.MEMBER_REQUEST, group_id=case.group_id, case_id=case.id)
        return MemberRequest.ASKED if sent else MemberRequest.WITHHELD

    def _leaders(self, uow: UnitOfWork, case: Case) -> list[Person]:
        return [
            person for person in self._post.holders_in(uow, case.group_id, Role.LEADER) if person.id != case.person_id
        ]

    def _case_fields(self, uow: UnitOfWork, case: Case, actor: Person, changes: Sequence[Change]) -> dict[str, str]:
        return {
            "code": case.code,
            "group": self._voice.group(self._policy.group(case.group_id)),
            "when": Shortenable(brief(case.last_event_at), time_or_brief(case.last_event_at, self._policy.clock())),
            "who": self._voice.account_of(actor),
            "rows": self._wording.rows(uow, changes),
            "citation": self._voice.citation(case.clause),
            "until": brief(case.event_at + self._policy.approval.afterwards),
        }
