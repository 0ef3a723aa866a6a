"""/thanhvien and /moira, and what becomes of the order."""

from typing import Any

import pytest

from tests.unit.features.desk import BOT, GROUP, PEOPLE, to
from tests.unit.features.members.test_outsiders import HOA, OTHER, STRANGER, Group
from zalo_governor.domain.jobs import Job, JobKind, JobOutcome
from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.features.members.member_jobs import AcceptFriendHandler, RemoveMemberHandler
from zalo_governor.pipeline.jobs import JobRunner


def ask(group: Group, typed: str, who: str = "admin", place: str = "private") -> str:
    group.take()
    group.say(who, typed, place=place)
    [answer] = to(group.take(), who)
    return answer


def carried_out(group: Group, *outcomes: JobOutcome) -> list[Job]:
    """Let the runner that are due be done, with these outcomes one after the other; gives what was tried."""
    left, tried = list(outcomes), []

    def carry_out(job: Job) -> JobOutcome:
        tried.append(job)
        return left.pop(0)

    runner = JobRunner(
        BOT,
        handlers={
            JobKind.REMOVE_MEMBER: RemoveMemberHandler(group.policy, remove=carry_out),
            JobKind.ACCEPT_FRIEND: AcceptFriendHandler(group.policy, accept=carry_out),
        },
        begin=group.transaction,
        on_settled=lambda: None,
    )
    while (due := runner.next_due()) is not None:
        group.now = max(group.now, due)
        runner.act(group.now)
    return tried


def named(group: Group, name: str, uid: str = STRANGER) -> None:
    group.store.people[uid] = group.store.people[uid].model_copy(update={"display_name": name})


def test_what_thanhvien_closed_is_not_reopened_while_the_person_stays_on_the_roster() -> None:
    group = Group()
    group.comes(STRANGER)
    ask(group, "/thanhvien VP1 Nguyễn Văn Mẫu - Chuyên viên Sở Nội vụ")
    closed = group.states()
    assert "không bỏ tên khỏi danh sách" in ask(group, "/hoantac VP1")
    assert group.states() == closed != ["new"]


def test_a_like_name_is_confirmed_by_the_admin_and_the_alarm_was_false() -> None:
    group = Group()
    group.comes(STRANGER)
    named(group, "hoang thi hoa mau - CVP")
    assert "Hoàng Thị Hoa Mẫu" in ask(group, "/thành viên vp1")
    assert group.store.entries == [HOA.model_copy(update={"uid": STRANGER})]
    assert group.states() == ["false_alarm"]
    assert "đã có trong danh sách" in ask(group, "/thanhvien VP1")


@pytest.mark.parametrize(
    ("finding", "way"),
    [
        ("added", ", do tài khoản của đồng chí Giàng A Viên (Chủ tịch UBND xã Mẫu) thêm hoặc duyệt, 14:05"),
        ("by_link", ", qua đường dẫn mời, 14:05"),
    ],
)
def test_the_list_of_cases_does_not_take_who_added_an_outsider_for_the_outsider(finding: str, way: str) -> None:
    group = Group()
    group.comes(STRANGER, finding=finding)
    assert f'tài khoản "Hùng Xây Dựng 88" (ngoài danh sách) vào Nhóm{way}' in ask(group, "/vipham")


def test_who_shows_name_and_title_goes_into_the_roster_as_shown_and_the_case_is_remedied() -> None:
    group = Group()
    group.comes(STRANGER)
    named(group, "Nùng Văn Mới - Chủ tịch UBND xã Pa Mẫu")
    assert "đã thêm" in ask(group, "/thanhvien VP1")
    added = RosterEntry(full_name="Nùng Văn Mới", title="Chủ tịch UBND xã Pa Mẫu", uid=STRANGER)
    assert group.store.entries == [HOA, added]
    assert group.states() == ["remedied"]
    assert "roster.added" in group.actions()


def test_where_there_is_no_roster_nobody_is_put_on_one() -> None:
    group = Group()
    group.comes(STRANGER)
    group.store.entries.clear()
    assert "chưa có danh sách thành viên" in ask(group, "/thanhvien VP1 Nguyễn Văn Mẫu - Chuyên viên Sở Nội vụ")
    assert group.store.entries == []


def test_who_shows_neither_is_named_by_the_admin() -> None:
    group = Group()
    group.comes(STRANGER)
    assert "chưa đủ họ tên và chức vụ" in ask(group, "/thanhvien VP1")
    assert group.states() == ["reminded"]
    ask(group, "/thanhvien VP1 Nùng Văn Mới – Phó Giám đốc Sở Nội vụ")
    assert group.store.entries[1].title == "Phó Giám đốc Sở Nội vụ"


def test_a_name_typed_out_is_never_taken_for_a_like_name_on_the_roster_nor_for_another_titles_namesake() -> None:
    for typed in ("Hoàng Thị Hòa Mẫu - Chánh Văn phòng Sở Y tế", "Hoàng Thị Hoa Mẫu - Chuyên viên Sở Nội vụ"):
        group = Group()
        group.comes(STRANGER)
        named(group, "Hoàng Thị Hoa Mẫu - CVP")
        ask(group, f"/thanhvien VP1 {typed}")
        name, title = typed.split(" - ")
        assert group.store.entries == [HOA, RosterEntry(full_name=name, title=title, uid=STRANGER)]


@pytest.mark.parametrize("title", ["Chánh Văn phòng", "chanh van phong, So Y te"])
def test_a_name_typed_out_as_the_roster_has_it_is_that_person(title: str) -> None:
    group = Group()
    group.store.entries = [HOA.model_copy(update={"full_name": "Hoàng Thị Hòa Mẫu"}), HOA]
    group.comes(STRANGER)
    ask(group, f"/thanhvien VP1 HOÀNG THỊ HOA MẪU - {title}")
    assert [entry.uid for entry in group.store.entries] == [None, STRANGER]
    assert group.states() == ["false_alarm"]


def test_a_name_typed_without_its_title_is_not_guessed_at() -> None:
    group = Group()
    group.comes(STRANGER)
    assert "chưa đủ họ tên và chức vụ" in ask(group, "/thanhvien VP1 Hoàng Thị Hòa Mẫu")
    assert group.store.entries == [HOA]


def test_the_list_names_strangers_by_number_and_those_who_are_missing() -> None:
    group = Group()
    group.uow.people.find_or_create(BOT, STRANGER)
    group.store.present = {STRANGER}
    named(group, "Bố Gấu")
    listed = ask(group, "/thanhvien")
    number = group.store.people[STRANGER].id
    assert f'TV{number}: tài khoản "Bố Gấu" (ngoài danh sách)' in listed
    assert "Hoàng Thị Hoa Mẫu (Chánh Văn phòng), Sở Y tế" in listed
    ask(group, f"/thanhvien TV{number} Nùng Văn Mới - Văn thư")
    assert group.store.entries[1].uid == STRANGER
    assert f"TV{number}" not in ask(group, "/thanhvien")


def test_a_hidden_list_is_said_and_no_roster_too() -> None:
    group = Group()
    group.store.group = GroupSnapshot(group_id=GROUP, name="", owner_uid="1", member_uids=("1",), total_members=339)
    listed, status = ask(group, "/thanhvien"), ask(group, "/trangthai")
    for said in (listed, status):
        assert "chỉ thấy 1 trong 339 người: không biết ai vắng, ai đã rời Nhóm" in said
        assert "chưa thấy trong Nhóm" not in said
    assert "mọi người trong danh sách đều có" not in listed
    group.store.entries = []
    assert "chưa có danh sách thành viên" in ask(group, "/thanhvien")
    assert "chưa nhập danh sách thành viên" in ask(group, "/trangthai")


def test_an_outsider_is_put_out_with_a_code_that_counts_once() -> None:
    group = Group()
    group.comes(STRANGER)
    assert "/moira VP1 482913" in ask(group, "/mời ra VP1")
    assert group.store.jobs == []
    assert "không đúng" in ask(group, "/moira VP1 111111")
    assert "đang đề nghị Zalo" in ask(group, "/moira VP1 482913")
    for late in ("/moira VP1", "/thanhvien VP1 Lò Văn Mẫu - Chuyên viên Sở Mẫu"):
        assert "đang được thực hiện" in ask(group, late)
    [tried] = carried_out(group, JobOutcome.DONE)
    assert (tried.task.target, tried.group_id, tried.ordered_by) == (STRANGER, GROUP, group.person("admin").id)
    assert "Zalo đã đưa" in to(group.take(), "admin")[0]
    assert group.states() == ["remedied"]
    assert {"job.remove_member", "case.moved"} <= set(group.actions())


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ([JobOutcome.NOT_ALLOWED], "không phải trưởng nhóm hoặc phó nhóm trên Zalo"),
        ([JobOutcome.REFUSED], "từ chối"),
        ([JobOutcome.UNKNOWN] * 5, "không rõ Zalo đã đưa"),
        ([JobOutcome.NOT_FOUND], "từ chối"),
    ],
    ids=["no deputy", "refused", "unknown", "cannot be put out"],
)
def test_what_zalo_refuses_is_said_and_the_case_stays_open(outcomes: list[JobOutcome], said: str) -> None:
    group = Group()
    group.comes(STRANGER)
    ask(group, "/moira VP1")
    ask(group, "/moira VP1 482913")
    assert len(carried_out(group, *outcomes)) == len(outcomes)
    assert said in to(group.take(), "admin")[0]
    assert group.states() == ["reminded"]


def test_a_lost_answer_is_settled_by_the_next_try() -> None:
    group = Group()
    group.comes(STRANGER)
    ask(group, "/moira VP1")
    ask(group, "/moira VP1 482913")
    group.store.present.clear()
    carried_out(group, JobOutcome.UNKNOWN, JobOutcome.NOT_FOUND)
    assert "không còn trong Nhóm" in to(group.take(), "admin")[0]
    assert group.states() == ["remedied"]


def test_a_decision_taken_back_after_the_outsider_was_put_out_leaves_the_case_remedied() -> None:
    group = Group()
    group.comes(STRANGER)
    ask(group, "/xacnhan VP1")
    ask(group, "/moira VP1")
    ask(group, "/moira VP1 482913")
    carried_out(group, JobOutcome.DONE)
    assert group.states() == ["confirmed"]
    ask(group, "/hoantac VP1")
    assert group.states() == ["remedied"]


def test_nobody_of_the_roster_is_put_out_nor_anybody_without_a_roster() -> None:
    group = Group()
    group.comes(STRANGER)
    ask(group, "/thanhvien VP1 Nùng Văn Mới - Văn thư")
    assert "có trong danh sách" in ask(group, "/moira VP1")
    group.store.present.add(group.person("leader").uid)
    assert "có vai trò" in ask(group, f"/moira TV{group.person('leader').id}")
    group.store.entries = []
    assert "chưa có căn cứ" in ask(group, "/moira VP1")
    assert group.store.codes == {}


def test_somebody_of_the_list_is_put_out_under_a_case_of_its_own() -> None:
    group = Group()
    person = group.uow.people.find_or_create(BOT, OTHER)
    assert person
    group.store.present = {OTHER}
    asked = ask(group, f"/moira TV{person.id}", who="leader")
    assert "/moira VP1 482913" in asked
    ask(group, "/moira VP1 482913", who="leader")
    carried_out(group, JobOutcome.DONE)
    posted = group.take()
    assert "Zalo đã đưa" in to(posted, "leader")[0]
    assert "Zalo đã đưa" in to(posted, "admin")[0]
    assert group.states() == ["remedied"]


@pytest.mark.parametrize("who", sorted(set(PEOPLE) - {"admin", "admin_staff", "leader"}))
@pytest.mark.parametrize("typed", ["/thanhvien", "/thanhvien VP1", "/moira VP1"])
def test_others_may_not(who: str, typed: str) -> None:
    group = Group()
    group.comes(STRANGER)
    called = "ông/bà" if who == "stranger" else "đồng chí"
    refused = "thuộc phần việc của vai trò khác" if who == "leadership" else f"không thuộc quyền của {called}"
    assert refused in ask(group, typed, who=who)
    assert group.store.jobs == []
    assert group.store.entries == [HOA]


@pytest.mark.parametrize(
    ("typed", "said"),
    [("/moira VP99", "Không có người nào"), ("/thanhvien TV99", "Không có người nào"), ("/moira", "Cách viết")],
)
def test_a_code_of_nobody_is_said(typed: str, said: str) -> None:
    assert said in ask(Group(), typed)


def test_a_case_about_a_message_is_not_about_a_newcomer() -> None:
    group = Group()
    group.seal("member")
    for command in ("/moira VP1", "/thanhvien VP1"):
        assert "VP1 không phải vụ việc về người ngoài danh sách" in ask(group, command)


def test_the_case_shows_who_came_and_what_can_be_done() -> None:
    group = Group()
    group.comes(STRANGER)
    shown = ask(group, "/xem VP1")
    for part in ("Hùng Xây Dựng 88", "do tài khoản của đồng chí Giàng A Viên", "/moira VP1"):
        assert part in shown
    group.goes(STRANGER)
    assert "đã ra khỏi Nhóm lúc" in ask(group, "/xem VP1")


def test_members_write_about_members_without_giving_a_command() -> None:
    group = Group()
    values: dict[str, Any] = {"place": "private"}
    group.say("admin", "thành viên mới của xã chưa vào được Nhóm", **values)
    # A question in own words at most shows the list; nothing is done.
    assert to(group.take(), "admin")[0].startswith(("Đối chiếu danh sách", "Hệ thống"))
