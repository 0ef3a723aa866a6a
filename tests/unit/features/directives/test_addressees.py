"""Whom the addressees of a directive mean."""

import pytest

from zalo_governor.config.directives import DirectiveSettings
from zalo_governor.domain.directives import Assignee
from zalo_governor.domain.roster import whole_agency
from zalo_governor.features.directives.addressees import Addressee, GroupDirectory, Listed
from zalo_governor.features.directives.commands import named_among, names_in
from zalo_governor.text.agency_names import agency_in, fits

PEOPLE = [
    Listed("Lò Thị Mẫu", "Giám đốc", "Sở Y tế", frozenset({"11"})),
    Listed("Vàng A Thử", "Phó Giám đốc", "Sở Y tế", frozenset({"12"})),
    Listed("Hoàng Văn Ví", "Giám đốc", "Sở Giáo dục và Đào tạo", frozenset({"13"})),
    Listed("Mùa A Dụ", "Giám đốc", "Sở Nông nghiệp và Môi trường", frozenset({"14"})),
    Listed("Lý Thị Tỉ", "Giám đốc", "Sở Tài chính", frozenset({"15"})),
    Listed("Giàng A Páo", "Giám đốc Công an", "Công an tỉnh", frozenset({"16"})),
    Listed("Tẩn Văn Sáng", "Chủ tịch", "UBND xã Mường Giả", frozenset({"17"})),
    Listed("Điêu Văn Chiều", "Chủ tịch", "UBND phường Thử Nghiệm", frozenset()),
    Listed("Lường Văn Nậm", "Chủ tịch", "UBND xã Nậm Giả", frozenset({"20"})),
    Listed("Cà Văn Nam", "Chủ tịch", "UBND xã Nam Giả", frozenset({"21"})),
    Listed("Quàng Thị Lẻ", "Phóng viên", "", frozenset({"19"})),
]
DIRECTORY = GroupDirectory(PEOPLE, DirectiveSettings().kinds)
DEPARTMENTS = {"Sở Y tế", "Sở Giáo dục và Đào tạo", "Sở Nông nghiệp và Môi trường", "Sở Tài chính", "Công an tỉnh"}
COMMUNES = {"UBND xã Mường Giả", "UBND phường Thử Nghiệm", "UBND xã Nậm Giả", "UBND xã Nam Giả"}


def names(*typed: str) -> list[str]:
    return [addressee.name for addressee in DIRECTORY.find(typed)]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Sở Y tế", "Sở Y tế"),
        ("sở y tế tỉnh", "Sở Y tế"),
        ("SYT", "Sở Y tế"),
        ("Sở GD&ĐT", "Sở Giáo dục và Đào tạo"),
        ("Sở GDĐT", "Sở Giáo dục và Đào tạo"),
        ("SGDĐT", "Sở Giáo dục và Đào tạo"),
        ("Sở NN&MT", "Sở Nông nghiệp và Môi trường"),
        ("Sở TC", "Sở Tài chính"),
        ("STC", "Sở Tài chính"),
        ("Công an", "Công an tỉnh"),
        ("CA tỉnh", "Công an tỉnh"),
        ("Giám đốc Sở Tài chính", "Sở Tài chính"),
        ("đ/c Giám đốc Sở Y tế", "Sở Y tế"),
        ("lãnh đạo Sở Y tế", "Sở Y tế"),
        ("Mường Giả", "UBND xã Mường Giả"),
        ("xã Mường Giả", "UBND xã Mường Giả"),
        ("UBND P. Thử Nghiệm", "UBND phường Thử Nghiệm"),
        ("Chủ tịch UBND xã Nậm Giả", "UBND xã Nậm Giả"),
        ("xã Nam Giả", "UBND xã Nam Giả"),
        ("đ/c Páo", "Giàng A Páo"),
        ("đồng chí Thử", "Vàng A Thử"),
        ("a. Sáng", "Tẩn Văn Sáng"),
        ("GĐ Ví", "Hoàng Văn Ví"),
        ("Sở GD", "Sở Giáo dục và Đào tạo"),
        ("bên Tài chính", "Sở Tài chính"),
        ("các đồng chí Giám đốc Sở Tài chính", "Sở Tài chính"),
        ("các đồng chí Chủ tịch UBND xã Nậm Giả", "UBND xã Nậm Giả"),
        ("phường Thử Nghiệm tổng", "UBND phường Thử Nghiệm"),
    ],
)
def test_names_as_people_type_them_mean_an_agency_or_a_person(typed: str, name: str) -> None:
    assert names(typed) == [name]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("các sở, ban, ngành", DEPARTMENTS),
        ("các sở", DEPARTMENTS - {"Công an tỉnh"}),
        ("các sở và UBND các xã", DEPARTMENTS - {"Công an tỉnh"} | COMMUNES),
        ("các sở ban ngành tỉnh", DEPARTMENTS),
        ("UBND các xã, phường", COMMUNES),
        ("các địa phương", COMMUNES),
        ("các sở, ngành và UBND các xã", DEPARTMENTS | COMMUNES),
        ("các đơn vị", DEPARTMENTS | COMMUNES),
        ("thủ trưởng các cơ quan, đơn vị", DEPARTMENTS | COMMUNES),
        ("@All", DEPARTMENTS | COMMUNES | {"Quàng Thị Lẻ"}),
        ("các đồng chí", DEPARTMENTS | COMMUNES | {"Quàng Thị Lẻ"}),
    ],
)
def test_collective_names_mean_all_of_a_kind(typed: str, meant: set[str]) -> None:
    assert set(names(typed)) == meant


@pytest.mark.parametrize("typed", ["12 xã nêu trên", "Sở Không Có", "đ/c Không Ai", "Sở"])
def test_who_is_not_known_stays_as_typed(typed: str) -> None:
    assert DIRECTORY.find([typed]) == [Addressee(typed, (), known=False)]


def test_an_agency_answers_by_all_its_people_and_the_first_is_reminded() -> None:
    [agency] = DIRECTORY.find(["Sở Y tế"])
    assert agency.uids == ("11", "12")
    [deputy] = DIRECTORY.find(["đ/c Thử"])
    assert deputy.uids == ("12", "11")
    [absent] = DIRECTORY.find(["phường Thử Nghiệm"])
    assert (absent.uids, absent.known) == ((), True)


def test_a_mention_is_the_person_mentioned() -> None:
    [mentioned] = DIRECTORY.find(["@Giàng A Páo - Giám đốc Công an"], ["16"])
    assert mentioned.name == "Giàng A Páo"
    [namesake] = DIRECTORY.find(["@Giàng A Páo"], ["78"])
    assert namesake.uids == ("78",)
    [unnamed] = DIRECTORY.find(["@Chưa Ai Biết"], ["-1", "77"])
    assert unnamed == Addressee("@Chưa Ai Biết", ("77",))
    assert [one.name for one in DIRECTORY.by_uids(["19", "15", "404"])] == ["Quàng Thị Lẻ", "Lý Thị Tỉ"]


@pytest.mark.parametrize(
    ("typed", "quoted", "meant"),
    [("xã", "17", "Tẩn Văn Sáng"), ("Xã cắm biển", "17", "Tẩn Văn Sáng"), ("xã", "11", "xã"), ("xã Lạ", "17", "xã Lạ")],
)
def test_a_bare_kind_is_the_one_of_that_kind_who_is_quoted(typed: str, quoted: str, meant: str) -> None:
    assert [one.name for one in DIRECTORY.find(["Sở Y tế", typed], [quoted])] == ["Sở Y tế", meant]


def test_each_is_addressed_once() -> None:
    assert names("Sở Y tế", "SYT", "Sở TC") == ["Sở Y tế", "Sở Tài chính"]


def test_an_agency_whose_name_is_a_list_is_not_split_though_another_s_holds_its_last_words() -> None:
    people = [
        Listed("Sùng Thị Chừ", "Giám đốc", "Sở Văn hóa, Thể thao và Du lịch", frozenset({"22"})),
        Listed("Mùa A Dạy", "Giám đốc", "Trung tâm Đào tạo nghề", frozenset({"23"})),
        Listed("Lù Thị Đi", "Giám đốc", "Trung tâm Xúc tiến Du lịch", frozenset({"24"})),
    ]
    directory = GroupDirectory([*PEOPLE, *people], DirectiveSettings().kinds)
    typed = names_in("sở Giáo dục và Đào tạo, Sở Văn hóa, Thể thao và Du lịch và Sở Y tế")
    found = [one.name for one in directory.find(typed)]
    assert found == ["Sở Giáo dục và Đào tạo", "Sở Văn hóa, Thể thao và Du lịch", "Sở Y tế"]
    asked = [Assignee(directive_id=1, group_id="1", item=0, name=one.agency) for one in [*PEOPLE[1:], *people]]
    meant = named_among(asked, "sở Giáo dục và Đào tạo, Sở Văn hóa, Thể thao và Du lịch và Sở Y tế")
    assert sorted(one.name for one in meant) == sorted(found)


def test_an_agency_called_just_tinh_does_not_keep_the_others_from_being_found() -> None:
    """Of such a name no words are left by which it could be found."""
    office = Listed("Sùng Thị Chừ", "Chánh Văn phòng", "Tỉnh", frozenset({"22"}))
    directory = GroupDirectory([*PEOPLE, office], DirectiveSettings().kinds)
    found = directory.find(["Sở Y tế", "CA tỉnh", "đ/c Sáng", "Sở Không Có", "Tỉnh"])
    assert [(one.name, one.known) for one in found] == [
        *(("Sở Y tế", True), ("Công an tỉnh", True), ("Tẩn Văn Sáng", True)),
        *(("Sở Không Có", False), ("Tỉnh", False)),
    ]


@pytest.mark.parametrize(
    ("title", "agency"),
    [("Giám đốc Sở Y tế", "Sở Y tế"), ("Chủ tịch UBND xã Mường Giả", "UBND xã Mường Giả"), ("Phóng viên", "")],
)
def test_a_title_names_the_agency(title: str, agency: str) -> None:
    assert agency_in(title) == agency


def test_a_name_typed_after_a_code_fits_the_addressee() -> None:
    assert fits("sở yt", "Sở Y tế")
    assert fits("mường giả", "UBND xã Mường Giả")
    assert fits("Páo", "Giàng A Páo")
    assert not fits("sở tc", "Sở Y tế")


@pytest.mark.parametrize(
    ("unit", "whole"),
    [
        ("Văn phòng Sở Y tế", "Sở Y tế"),
        ("Phòng Tổng hợp, Sở Y tế", "Sở Y tế"),
        ("Văn phòng Sở Nội vụ", "Văn phòng Sở Nội vụ"),
        ("Văn phòng UBND tỉnh", "Văn phòng UBND tỉnh"),
    ],
)
def test_a_department_s_own_office_is_no_other_agency(unit: str, whole: str) -> None:
    assert whole_agency(unit, {"Sở Y tế", "UBND tỉnh", "Văn phòng UBND tỉnh"}) == whole
