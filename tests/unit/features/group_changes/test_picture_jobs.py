"""A new picture is fetched beside the judge's path, compared, and told of; where it cannot be had, that is said."""

from tests.unit.features.desk import BOT, GROUP, Desk, to
from tests.unit.features.group_changes.test_service import SEEN, rename
from zalo_governor.domain.jobs import JobKind
from zalo_governor.domain.pictures import Looked
from zalo_governor.features.group_changes.picture_jobs import FetchPictureHandler
from zalo_governor.pipeline.jobs import JobRunner
from zalo_governor.zalo.errors import ZaloUnavailableError

OLD, NEW = "https://a.zadn.vn/1/cu.jpg", "https://a.zadn.vn/1/moi.jpg"


class Given:
    """A desk, and pictures that a test puts behind their addresses."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.desk.store.group = SEEN
        self.there: dict[str, bytes] = {OLD: b"cu"}
        self.likenesses = {b"cu": "0" * 16, b"moi": "f" * 16, b"gan": "0" * 15 + "7"}
        self.woken = 0
        self.pictures = JobRunner(
            BOT,
            handlers={JobKind.FETCH_PICTURE: FetchPictureHandler(self.desk.policy, fetch=self._fetch, look=self._look)},
            begin=self.desk.transaction,
            on_settled=self._wake,
        )

    def _fetch(self, address: str) -> bytes:
        if address not in self.there:
            raise ZaloUnavailableError("HTTP 500", "/", sent=True)
        return self.there[address]

    def _look(self, content: bytes) -> Looked | None:
        likeness = self.likenesses.get(content)
        return Looked(likeness, content) if likeness else None

    def _wake(self) -> None:
        self.woken += 1

    def change(self, who: str = "member") -> None:
        """The roll call has kept the old one; somebody gives the group another."""
        self.desk.office.after_sync(self.desk.uow, SEEN.group_id)
        self.act()
        rename(self.desk, who, name=None, avatar_url=NEW)
        self.desk.take()

    def act(self) -> None:
        due = self.pictures.next_due()
        if due and due <= self.desk.now:
            self.pictures.act(self.desk.now)


def test_the_desk_reads_how_much_the_new_picture_differs() -> None:
    given = Given()
    given.there[NEW] = b"moi"
    given.change()
    given.act()
    [told] = to(given.desk.take(), "admin")
    assert "ảnh đại diện mới khác ảnh cũ" in told
    new = given.desk.uow.pictures.thumbnail(BOT, GROUP, NEW)
    assert new is not None
    assert new.thumbnail == b"moi"
    assert given.woken == 2


def test_what_the_admin_did_is_compared_for_the_leader() -> None:
    given = Given()
    given.there[NEW] = b"gan"
    given.change("admin")
    given.act()
    posted = given.desk.take()
    assert "gần như trùng ảnh cũ" in to(posted, "leader")[0]
    assert to(posted, "admin") == []


def test_a_picture_that_cannot_be_had_is_tried_again_and_then_said() -> None:
    given = Given()
    given.change()
    for _ in range(6):
        given.act()
        given.desk.later(minutes=2)
    [told] = to(given.desk.take(), "admin")
    assert "không tải được ảnh đại diện mới" in told
    assert given.pictures.next_due() is None


def test_what_comes_late_is_compared_when_it_comes() -> None:
    given = Given()
    given.change()
    given.act()
    assert given.desk.take() == []
    given.there[NEW] = b"moi"
    given.desk.later(minutes=1)
    given.act()
    assert len(to(given.desk.take(), "admin")) == 1
