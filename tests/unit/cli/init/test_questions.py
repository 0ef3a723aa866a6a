"""The questions of init, asked again of an office that has answered them before."""

import io
from collections.abc import Callable

import pytest
import typer
from rich.console import Console

from zalo_governor.cli.init.questions import Conversation
from zalo_governor.cli.prompts import Asking
from zalo_governor.config.groups import GroupSettings, PersonSettings
from zalo_governor.config.sections import AlarmSettings, OfficeSettings, SmtpSettings
from zalo_governor.config.settings import Settings
from zalo_governor.domain.people import Member, Role
from zalo_governor.setup.choices import ChosenGroup
from zalo_governor.zalo.api.groups import OwnGroup

BEFORE = Settings(
    office=OfficeSettings(province="tỉnh Lai Châu", unit="UBND tỉnh Lai Châu", place="Phong Thổ", abbreviation="SKHCN"),
    groups=(GroupSettings(id="82", name="Nhóm hai"),),
    people=(
        PersonSettings(full_name="Giàng A Sử", uid="1", roles=(Role.LEADER, Role.LEADERSHIP)),
        PersonSettings(full_name="Lò Văn Minh", uid="2", roles=(Role.ADMIN,)),
    ),
    alarm=AlarmSettings(smtp=SmtpSettings(host="mail.example.vn", sender="a@example.vn", recipients=("b@example.vn",))),
)
MEMBERS = [
    Member(uid="2", global_id="G2", display_name="Lò Văn Minh - Giám đốc Sở"),
    Member(uid="3", display_name="Nguyễn Thị Thu"),
    *(Member(uid=f"9{number}", display_name=f"Vàng A Páo {number}") for number in range(25)),
]

GROUP = ChosenGroup("82", "Nhóm hai")
OTHER = ChosenGroup("83", "Ngành Y tế")

Talk = Callable[..., Conversation]


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch, said: io.StringIO) -> Talk:
    """A conversation with somebody who types these lines, "" for Enter alone."""

    def begin(*lines: str) -> Conversation:
        typed = iter(lines)

        def prompt(question: str, *, default: str, show_default: bool) -> str:
            said.write(f"{question}\n")
            assert not show_default
            return next(typed) or default

        monkeypatch.setattr(typer, "prompt", prompt)
        return Conversation(Asking(Console(file=said, width=120)), BEFORE, first=False)

    return begin


def test_enter_alone_keeps_everything(talk: Talk) -> None:
    office = talk(*[""] * 7).office()
    assert (office["place"], office["abbreviation"], office["signer_name"]) == ("Phong Thổ", "SKHCN", "")
    assert talk("", "", "", "-", "", "", "").office()["abbreviation"] == ""
    there = [OwnGroup("81", "Nhóm một", 3), OwnGroup("82", "Nhóm hai", 5)]
    assert [group.id for group in talk("").groups(there)] == ["82"]
    # The other roles have nobody.
    assert talk("", "", "", "", "").holders({GROUP: MEMBERS}) == {Role.ADMIN_STAFF: [], Role.REPORT_READER: []}
    kept = talk("", "", "", "", "", "", "").alarm()
    assert (kept["smtp"]["host"], kept["smtp"]["recipients"]) == ("mail.example.vn", ["b@example.vn"])


def test_a_role_is_given_anew_and_name_and_title_are_asked_for_once(talk: Talk, said: io.StringIO) -> None:
    lines = ["có", "k", "minh", "1", "", "Chánh Văn phòng", "", "co", "minh", "1", ""]
    # Leader kept; leadership anew: Minh; admin kept; staff: Minh again; nobody else.
    holders = talk(*lines, "").holders({GROUP: MEMBERS})
    assert [(one.uid, one.full_name, one.title) for one in holders[Role.LEADERSHIP]] == [
        ("2", "Lò Văn Minh", "Chánh Văn phòng"),
    ]  # fmt: skip
    assert holders[Role.ADMIN_STAFF] == holders[Role.LEADERSHIP]
    assert holders[Role.REPORT_READER] == []
    assert Role.LEADER not in holders
    assert said.getvalue().count("Họ và tên") == 1


@pytest.mark.parametrize("known", [{"uid": "2"}, {"global_id": "G2"}])
def test_enter_alone_keeps_the_name_and_the_title_that_the_settings_have(talk: Talk, known: dict[str, str]) -> None:
    conversation = talk("", "", "", "minh", "1", "", "", "", "")
    minh = PersonSettings(full_name="Lò Văn Mính", title="Quyền Giám đốc", roles=(Role.ADMIN,), **known)
    conversation._settings = BEFORE.model_copy(update={"people": (BEFORE.people[0], minh)})
    [staff] = conversation.holders({GROUP: MEMBERS})[Role.ADMIN_STAFF]
    assert (staff.full_name, staff.title) == ("Lò Văn Mính", "Quyền Giám đốc")


def test_what_cannot_be_meant_is_asked_again(talk: Talk, said: io.StringIO) -> None:
    # Many match; nobody does; one is found and not taken; then found, taken, and named a second time.
    lines = ["", "", "", "vang", "ai", "thu", "", "thu", "2", "1", "", "", "thu", "1", "", ""]
    [thu] = talk(*lines).holders({GROUP: MEMBERS})[Role.ADMIN_STAFF]
    assert (thu.uid, thu.written_name, thu.written_title) == ("3", "Nguyễn Thị Thu", "")
    for line in (
        "Có 25 người trùng",
        "Không tìm thấy thành viên nào có tên 'ai'",
        "gõ số từ 1 đến 1",
        "Người này đã được chọn",
    ):
        assert line in said.getvalue()


@pytest.mark.parametrize(
    ("lines", "webhook"),
    [(["2", "example.vn", "https://example.vn/x"], "https://example.vn/x"), (["1, 2", "3"], None)],
)
def test_the_alarm_goes_another_way(talk: Talk, said: io.StringIO, lines: list[str], webhook: str | None) -> None:
    assert talk(*lines).alarm() == {"smtp": None, "webhook": webhook}
    assert ("không ai được báo" in said.getvalue()) is (webhook is None)


def test_yes_and_no_are_typed_as_people_type_them(talk: Talk, said: io.StringIO) -> None:
    lines = ["sao", "KHÔNG", "-", "đồng ý", "c", "", ""]
    assert talk(*lines).holders({GROUP: MEMBERS})[Role.LEADER] == []
    assert "Đề nghị gõ c (có) hoặc k (không)." in said.getvalue()


def test_who_had_a_role_only_in_a_group_that_was_not_chosen_is_not_offered_to_keep_it(
    talk: Talk, said: io.StringIO
) -> None:
    elsewhere = tuple(person.model_copy(update={"groups": ("Nhóm hai",)}) for person in BEFORE.people)
    conversation = talk("minh", "1", "", "", "", "thu", "1", "", "", "", "", "")
    conversation._settings = BEFORE.model_copy(update={"people": elsewhere})
    assert [one.uid for one in conversation.holders({OTHER: MEMBERS})[Role.LEADER]] == ["2"]
    assert "hiện là" not in said.getvalue()


def test_each_of_several_groups_has_its_own_people_who_may_be_those_of_the_one_before(talk: Talk) -> None:
    minh, thu = ["minh", "1", "", ""], ["thu", "1", "", ""]
    # Not as before; the first group: Minh leads, Thu is the admin; the second the same; no overseer.
    lines = ["k", *minh, "", *thu, "", "", "", "c", ""]
    holders = talk(*lines).holders({GROUP: MEMBERS, OTHER: MEMBERS})
    assert [(one.uid, one.groups) for one in holders[Role.LEADER]] == [("2", ("82",)), ("2", ("83",))]
    assert [(one.uid, one.groups) for one in holders[Role.ADMIN]] == [("3", ("82",)), ("3", ("83",))]
    # Now the second group has another admin, and Thu oversees both.
    lines = ["k", *minh, "", *thu, "", "", "", "k", *minh, "", "minh", "1", "", "", "", *thu[:2], ""]
    holders = talk(*lines).holders({GROUP: MEMBERS, OTHER: MEMBERS})
    assert [(one.uid, one.groups) for one in holders[Role.ADMIN]] == [("3", ("82",)), ("2", ("83",))]
    assert [(one.uid, one.groups) for one in holders[Role.OVERSEER]] == [("3", ())]


def test_a_name_that_documents_cite_is_asked_for_until_it_has_its_diacritics(talk: Talk, said: io.StringIO) -> None:
    conversation = talk("tinh Lai Chau", "tinhr Lai Chaau", "-", "tỉnh Lai Châu", *[""] * 6)
    assert conversation.office()["province"] == "tỉnh Lai Châu"
    assert said.getvalue().count("đủ dấu tiếng Việt") == 3
    conversation = talk("01/QD-UBND", "01/QĐ-UBND", "01/11/2025", "UBND tinh", "UBND tỉnh")
    asked = conversation.regulation({}, "UBND tỉnh Lai Châu")
    assert (asked["number"], asked["issuer"]) == ("01/QĐ-UBND", "UBND tỉnh")
