"""A visit: one request of a person who is logged in, and what a page may do in it."""

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeVar

from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.domain.people import Group, Person, Role
from zalo_governor.messaging.commands import Answer
from zalo_governor.panel.controls import label, on_page
from zalo_governor.panel.office import Office
from zalo_governor.storage.queries.panel import PRESSED_FORM, PanelQueries
from zalo_governor.storage.unit_of_work import UnitOfWork

ResultT = TypeVar("ResultT")

DONE = frozenset({"done", "opened", "accepted", "ordered", "code_issued", "overview"})
"""Outcomes of commands (`Answer.outcome`) that succeeded, or that have issued the code by which to confirm."""


class NotFoundError(Exception):
    """The page or object does not exist, or not for this person; both look the same. Its text, if any, is shown."""


class RefusedError(NotFoundError):
    """The person may not use the command; the audit entry about the refusal, already written, must be kept."""


class LaterError(Exception):
    """A page needs the outcome of `work`, which takes seconds: the server does it, then has the page made again."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self.work = work


class SealedError(Exception):
    """Data that the browser sent may be a state secret; nothing of it is kept."""


class Told(NamedTuple):
    """A text shown at the top of a page: what came of the last button pressed, and whether that failed."""

    text: str
    failed: bool


class Uploaded(NamedTuple):
    """A file that somebody uploaded by the browser."""

    name: str
    content: bytes


class Asked(NamedTuple):
    """A request of the browser: path, parameters of the URL (`query`), fields and files of the form."""

    path: str
    places: Mapping[str, str]
    """Placeholder in the route's path, such as `number` -> its value."""
    query: Mapping[str, str]
    form: Mapping[str, Sequence[str]]
    files: Mapping[str, Uploaded]


class Html(NamedTuple):
    """A page to be made: name of the template, the values that fill it (`facts`), HTTP status."""

    template: str
    facts: Mapping[str, Any]
    status: int = 200


class SeeOther(NamedTuple):
    """Redirects the browser to another page (HTTP 303), after something was done."""

    path: str


class Download(NamedTuple):
    """A file for the browser to keep, or, `inline`, to show."""

    name: str
    kind: str
    """Its media type."""
    content: bytes
    inline: bool = False


Reply = Html | SeeOther | Download


class Visit:
    """One request of a person who is logged in, with what a page needs to answer it.

    `roles` are those that may open the page, `writes` tells whether the transaction `uow` may write, and `done` has the
    results of work by `outside`, in its order.
    """

    def __init__(
        self,
        office: Office,
        uow: UnitOfWork,
        person: Person,
        asked: Asked,
        roles: frozenset[Role],
        writes: bool,
        done: "Sequence[Future[Any]]" = (),
    ) -> None:
        self.office = office
        self.policy = office.policy
        self.voice = office.policy.voice
        self.uow = uow
        self.queries = PanelQueries(uow.tx.connection)
        self.person = person
        self.asked = asked
        self._writes, self._done = writes, list(done)
        self.told: list[Told] = []
        """Texts that the next page shows, if the transaction is committed."""
        self.later: list[dict[str, Any]] = []
        """Audit entries to be written after the page is made, as pages that only read have no writing transaction."""
        self.now = office.clock()
        self.groups = [group for group in self.policy.governed if person.holds(group.id, *roles)]
        """The groups in which the person has a role for this page."""
        if not self.groups:
            raise NotFoundError

    def chosen_group(self) -> Group | None:
        """Return the group that the URL or the form names; None if it names none.

        Raises:
            NotFoundError: the person has no role for this page in that group.
        """
        named = self.asked.query.get("nhom") or self.field("nhom")
        if not named:
            return None
        return self.group(named)

    def group(self, group_id: str) -> Group:
        """Return the group with that id; raises NotFoundError if the person has no role for this page in it."""
        for group in self.groups:
            if group.id == group_id:
                return group
        raise NotFoundError

    def one_group(self) -> Group:
        """Return the group that URL or form names, else the one that the person chose by `/nhom`, else the first."""
        chosen = [group for group in self.groups if group.id == self.person.chosen_group]
        return self.chosen_group() or (chosen or self.groups)[0]

    def number(self, place: str) -> int:
        """Return the number at `{place}` in the path, as in "/vu-viec/{number}"; raises NotFoundError if none."""
        given = self.asked.places.get(place, "")
        if not (given.isascii() and given.isdecimal() and len(given) < 18):
            raise NotFoundError
        return int(given)

    def field(self, name: str) -> str:
        """Return what was typed into a field of the form; "" if nothing."""
        return (self.asked.form.get(name) or ("",))[0].strip()

    def may(self, word: str, group_id: str) -> bool:
        """Return whether the person may use the chat command `word`, such as "baonham", in the group."""
        return self.office.book.by_word[word].allowed_in(self.person, group_id)

    def carry_out(self, word: str, rest: str = "", *, group_id: str = NO_GROUP) -> Answer:
        """Carry out a command, as "baonham" (`word`) "VP12 …" (`rest`); raises RefusedError if it is not allowed."""
        append = self.uow.audit.append if self._writes else self._append_later
        answer = self.office.book.carry_out(self.uow, self.person, word, rest, group_id=group_id, append=append)
        if answer is None:
            raise RefusedError
        return answer

    def do(self, word: str, rest: str = "", *, group_id: str = NO_GROUP) -> None:
        """Carry out a command that changes something, and show its answer on the next page.

        If the form has the time at which its page was made (field `luc`), pressing its button twice acts only once.
        """
        made = self.field("luc")
        # A future time was not set by the panel; its claim would outlast retention.
        if re.fullmatch("[0-9]{1,13}", made) and from_ms(int(made)) <= self.now:
            pressed = self.office.database.keys.mac(f"{self.person.id} {word} {rest}".encode()).hex()
            if not self.uow.claims.claim_once(f"{PRESSED_FORM}{pressed}", from_ms(int(made))):
                self.tell("Nút vừa được bấm hai lần; Hệ thống chỉ thực hiện một lần.")
                return
        answer = self.carry_out(word, rest, group_id=group_id)
        self.told.append(Told(self.on_page("\n".join(answer.texts)), failed=answer.outcome not in DONE))

    def label(self, word: str, variant: str = "") -> str:
        """Return the label of the button that carries out the command; for `variant` see `controls.label`."""
        return label(self.voice, word, variant)

    def on_page(self, text: str, here: str = "") -> str:
        """Return a command's answer with buttons for commands; `here` is the page's case or directive ("VP12")."""
        return on_page(self.voice, text, here, self._is_secret)

    def _is_secret(self, code: str) -> bool:
        case = self.uow.cases.get(int(code[2:])) if code.startswith("VP") else None
        return case is not None and case.secret

    def _append_later(self, action: str, **row: Any) -> None:
        self.later.append({"action": action} | row)

    def tell(self, text: str) -> None:
        """Show on the next page of this browser a text that says that something was done."""
        self.told.append(Told(text, failed=False))

    def complain(self, text: str) -> None:
        """Show on the next page a text that says why something was not done."""
        self.told.append(Told(text, failed=True))

    def outside(self, work: Callable[[], ResultT]) -> ResultT:
        """Return the result of `work`, which takes seconds and runs while no transaction is open.

        An open snapshot would keep traces of removed content in the database's files. The page's function is called
        again when the work is done, so it must not have written anything before.

        Raises:
            LaterError: the work is not done yet.
        """
        if not self._done:
            raise LaterError(work)
        result: ResultT = self._done.pop(0).result()
        return result
