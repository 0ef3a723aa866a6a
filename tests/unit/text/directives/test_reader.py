"""Directives, their orders, addressees and deadlines, and the replies to them."""

from datetime import datetime

import pytest

from zalo_governor.text.directives.addressees import EVERYBODY, SpanModel, addressees_in, pack_spans
from zalo_governor.text.directives.names import drop_repeated, names_in, only_passes_on
from zalo_governor.text.directives.reader import DirectiveReader
from zalo_governor.text.directives.replies import ACKNOWLEDGED, ANSWERED, NEITHER

READER = DirectiveReader()
TUESDAY = datetime.fromisoformat("2026-11-24T09:10")


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def test_an_order_names_who_is_to_act_and_by_when() -> None:
    read = READER.read("Giao Sở Tài chính rà soát nguồn dự phòng, báo cáo tôi trước 16h ngày 27/11.", "leader", TUESDAY)
    assert read.directive is True
    assert read.addressees == ("Sở Tài chính",)
    assert read.deadline == at("2026-11-27T16:00")


def test_each_part_of_a_directive_has_its_addressees_and_its_deadline() -> None:
    said = "Sở Xây dựng gửi hồ sơ trước ngày 26/11. UBND các xã, phường rà soát hộ ven suối, xong trong tuần này."
    read = READER.read(said, "leader", TUESDAY)
    assert [(item.addressees, item.deadline) for item in read.items] == [
        (("Sở Xây dựng",), at("2026-11-25T17:00")),
        (("UBND các xã, phường",), at("2026-11-27T17:00")),
    ]


def test_a_shared_head_word_is_restored() -> None:
    assert READER.addressees("Sở NV, TC, XD cho ý kiến vào dự thảo, hạn thứ Sáu.") == ["Sở NV", "Sở TC", "Sở XD"]


def test_an_order_to_everybody() -> None:
    assert READER.addressees("Đề nghị các đồng chí nghiêm túc trực ban đêm nay.") == [EVERYBODY]


def names_marked(text: str, *begins: str, inside: tuple[str, ...] = (), sure: float = 5.0) -> list[str]:
    """Return what is read where a model finds only that addressees begin with, and go on in, these words."""
    labels = ("B-A", "B-L", "B-R", "I-A", "I-L", "I-R", "O")
    states = {(f"w={word}", "B-A"): sure for word in begins} | {(f"w={word}", "I-A"): sure for word in inside}
    moves = {(one, to): 0.0 for one in labels for to in labels if to[0] != "I" or one[2:] == to[2:]}
    return addressees_in(
        text, SpanModel(pack_spans(labels, moves, states | {("in 0", "O"): 2.5, ("in 1", "O"): 2.5})), []
    )


@pytest.mark.parametrize(
    ("said", "begins", "inside", "addressees"),
    [
        ("Mũi 1, Mũi 4 quét lại bờ phải", ("4",), (), ["Mũi 1", "4"]),
        ("SNV, STC: tuần sau nộp", ("stc",), (), ["SNV", "STC"]),
        ("Biên phòng, Mũi 4 quét bờ", ("mũi",), ("4",), ["Mũi 4"]),
        ("Đội trật tự tháo biển", ("đội",), ("trật",), ["Đội trật tự"]),
        (
            "Phường Vũ Hà, Cồn Tre phun thuốc",
            ("phường", "cồn"),
            ("vũ", "hà", "tre"),
            ["Phường Vũ Hà", "Phường Cồn Tre"],
        ),
        ("Các sở: NV, TC rà lại", ("các", "nv", "tc"), ("sở",), ["Sở NV", "Sở TC"]),
        ("Anh Ba dặn Sở NV rà lại", ("anh", "sở"), ("ba", "nv"), ["Sở NV"]),
        ("Các đ/c lưu ý, Sở NV rà lại", ("các", "sở"), ("đ/c", "nv"), ["Sở NV"]),
    ],
)
def test_names_that_the_model_found_are_put_right(
    said: str, begins: tuple[str, ...], inside: tuple[str, ...], addressees: list[str]
) -> None:
    assert names_marked(said, *begins, inside=inside) == addressees


def test_where_nobody_is_named_for_sure_the_next_best_is() -> None:
    assert names_marked("Hạnh dán thông báo", "hạnh", sure=2.0) == ["Hạnh"]
    assert names_marked("Sở NV báo Hạnh", "sở", inside=("nv",)) == ["Sở NV"]


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("SXD/P.KT", ["SXD", "P.KT"]),
        ("đ/c Lan anh Tú", ["đ/c Lan", "anh Tú"]),
        ("đ/c Lan CT xã Vũ Hà", ["đ/c Lan CT xã Vũ Hà"]),
        ("Chị Mỷ ơi", ["Chị Mỷ"]),
        ("phòng Quản trị nấu cháo", ["phòng Quản trị"]),
        ("Cục Thống kê", ["Cục Thống kê"]),
        ("Chị Năm kêu P. VHXH", ["P. VHXH"]),
        ("Kiểm tra", []),
        ("N+2", []),
    ],
)
def test_a_name_has_no_surplus_words(said: str, names: list[str]) -> None:
    assert names_in(said) == names


@pytest.mark.parametrize(
    ("before", "name", "after", "passes_on"),
    [
        ("", "Chị Hoài", " nhờ em nhắn Sở Y tế gửi số liệu", True),
        ("Theo ý ", "anh Bảy", ", Sở Y tế gửi số liệu", True),
        ("Hồ sơ của ", "Sở Y tế", " còn thiếu", True),
        ("", "Chị Hoài", " gửi số liệu", False),
        ("Giao ", "anh Bảy", " chỉ đạo", False),
    ],
)
def test_who_only_passed_the_order_on_is_known(before: str, name: str, after: str, passes_on: bool) -> None:
    assert only_passes_on(before + name + after, len(before), len(before + name)) is passes_on


def test_names_that_point_back_are_dropped() -> None:
    assert drop_repeated(["xã Vũ Hà", "Xã", "các đơn vị"]) == ["xã Vũ Hà"]
    assert drop_repeated(["Đ/c Hoạt", "anh Hoạt"]) == ["Đ/c Hoạt"]
    assert drop_repeated(["các đơn vị"]) == ["các đơn vị"]


@pytest.mark.parametrize("role", ["member", "report_reader"])
def test_who_may_not_order_orders_nothing(role: str) -> None:
    assert READER.read("Các xã gửi số liệu trước 15h hôm nay.", role, TUESDAY).directive is False


@pytest.mark.parametrize(
    "said",
    [
        "Chúc mừng ngành giáo dục nhân ngày 20/11!",
        "Cảm ơn các đồng chí đã làm việc suốt đêm qua.",
        "Sáng mai tôi đi cơ sở, chiều về họp.",
        "",
        "👍",
    ],
)
def test_talk_of_a_leader_is_no_directive(said: str) -> None:
    read = READER.read(said, "leader", TUESDAY)
    assert (read.directive, read.items) == (False, ())


@pytest.mark.parametrize(
    ("said", "deadline"),
    [
        ("Báo cáo số liệu tính đến 31/10, gửi trước 16h ngày 27/11.", "2026-11-27T16:00"),
        ("Sở báo cáo số giải ngân tính đến ngày 31/10.", None),
        ("Hội nghị diễn ra từ ngày 25/11 tại Hà Nội.", None),
        ("Hạn là 30/10 mà giờ vẫn còn 7 đơn vị chưa nộp.", None),
        ("Sở Mẫu: đường truyền chiều nay phải thông đến đủ 10 xã, phường, thử xong trước 13h30.", "2026-11-24T13:30"),
        ("Sở Y tế tham mưu công văn ngay tối nay.", "2026-11-24T21:00"),
        ("Yêu cầu Công an tỉnh bố trí lực lượng dẫn đoàn lúc 10h15 sáng nay.", "2026-11-24T10:15"),
        ("Công an tỉnh báo cáo chuyên đề tại phiên họp 14h chiều nay, 10 phút.", "2026-11-24T14:00"),
        ("Đội cơ động có mặt lúc 8h sáng mai tại bến xe.", "2026-11-25T08:00"),
        ("Tối đa 10 ngày, các xã dựng lại cầu.", "2026-12-04T17:00"),
        ("Kiểm lâm lên chữa cháy, 30 phút báo tình hình một lần.", None),
        ("Sở Nông nghiệp báo tôi mực nước 2 giờ/lần.", None),
        ("UBND các xã trực ban, 16h hằng ngày báo tình hình về Văn phòng.", None),
        ("UBND các xã báo tình hình trước 16h hằng ngày.", "2026-11-24T16:00"),
        ("Xã Mẫu 2 tiếng nữa báo tôi một lần.", "2026-11-24T11:10"),
    ],
)
def test_not_every_time_is_a_deadline(said: str, deadline: str | None) -> None:
    found = [moment for _, moment in READER.deadlines(said, TUESDAY)]
    assert found[:1] == ([at(deadline)] if deadline else [])


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("Rõ ạ", ACKNOWLEDGED),
        ("Sở em nhận chỉ đạo ạ", ACKNOWLEDGED),
        ("👍", ACKNOWLEDGED),
        ("Dạ xã không có thiệt hại ạ", ANSWERED),
        ("Báo cáo anh, đã giải ngân 61,4%, còn 2 dự án vướng mặt bằng", ANSWERED),
        ("Chúc cả nhà buổi sáng vui vẻ!", NEITHER),
        ("Cho em hỏi gửi theo biểu nào ạ?", NEITHER),
    ],
)
def test_a_reply_is_receipt_answer_or_neither(reply: str, kind: str) -> None:
    assert READER.reply(reply, "Các xã báo cáo tình hình trước 16h.") == kind


@pytest.mark.parametrize(
    ("text", "deadline"),
    [
        ("Giao Sở Mẫu gửi số liệu trước 9h sáng nay.", at("2026-12-01T09:00")),
        ("Giao Sở Mẫu báo cáo kết quả chậm nhất 30/11.", at("2026-11-30T17:00")),
        ("Giao Sở Mẫu nộp báo cáo trước 9h sáng nay, chậm nhất 15h chiều nay.", at("2026-12-01T15:00")),
        ("Theo công văn ngày 3/10, Sở Mẫu báo cáo kết quả.", None),
        ("Theo công văn ngày 30/11, Sở Mẫu báo cáo ngay.", None),
        ("Công văn 12 yêu cầu nộp trước ngày 3/10/2026, đến nay Sở Mẫu chưa nộp, yêu cầu nộp ngay.", None),
        ("Sở Mẫu báo cáo vụ việc xảy ra trước 9h sáng nay.", None),
        ("Hạn 17h hôm qua mà Sở Mẫu chưa báo cáo. Yêu cầu báo cáo ngay.", None),
        ("Giao Sở Mẫu hoàn thành hồ sơ trong vòng 52 tuần.", None),
        ("Sở Mẫu quá hạn 28/11 chưa nộp, yêu cầu nộp ngay.", None),
    ],
)
def test_a_deadline_that_is_over_is_read_only_where_it_is_one(text: str, deadline: datetime | None) -> None:
    assert READER.read(text, "leader", at("2026-12-01T10:00")).deadline == deadline
