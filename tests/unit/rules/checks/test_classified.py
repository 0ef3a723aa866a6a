"""Clause 4.1 as members meet it. Everything secret here is invented."""

import time
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.events import Attachment, EventBase, GroupInfoChanged, MessageSent, NameObserved, Quote
from zalo_governor.domain.findings import Severity
from zalo_governor.rules.base import NO_CONTEXT, Maturity
from zalo_governor.rules.checks.classified import ClassifiedRule
from zalo_governor.rules.loader import load_rulebook

AT = datetime(2026, 1, 1, tzinfo=UTC)
SHIPPED = next(rule for rule in load_rulebook(shipped_config()).engine.rules if isinstance(rule, ClassifiedRule))
SECRET = "Em gửi các anh báo cáo tối mật GIẢ ĐỊNH số 9"


def label(text: str) -> str | None:
    finding = SHIPPED.inspect(text)
    return finding.label if finding else None


def with_parameters(**parameters: float) -> ClassifiedRule:
    return ClassifiedRule(
        clause="4.1",
        severity=Severity.CRITICAL,
        maturity=Maturity.ACTIVE,
        parameters=SHIPPED.parameters.model_copy(update=parameters),
        lexicons=SHIPPED.lexicons,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SECRET, "classified"),
        ("Kế hoạch GIẢ ĐỊNH 03/KH-UBND (Tuyệt mật) ở file dưới", "classified"),
        ("MẬT\nSố: 01/GIẢ ĐỊNH", "classified"),
        ("MẬT - Kế hoạch phòng thủ khu vực năm 2026", "classified"),
        ("BÁO CÁO MẬT\nTình hình GIẢ ĐỊNH", "classified"),
        ("Danh sach GIA DINH - toi mat.docx", "classified"),
        ("tập huấn ghi độ mật thường khi nhập văn bản", None),
        ("Quy chế cấm đăng văn bản mật, mong cả nhà nhớ", "borderline"),
        ("Luật Bảo vệ bí mật nhà nước có hiệu lực", "borderline"),
        ("Đổi mật khẩu nhé", None),
        ("Độ mật: Thường", None),
        ("toi mat vi o nha roi", None),
        ("Nguyễn Văn Mật đã nộp báo cáo", None),
    ],
)
def test_what_is_found(text: str, expected: str | None) -> None:
    assert label(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Việc này thuộc độ mật, mai họp tôi nói miệng, không viết lên đây",
        "Em không chụp tài liệu mật gửi cho ai đâu ạ",
        "Bì công văn mật số 12 tôi đã đưa tận tay anh Mẫu, có ký nhận",
        "Bưu tá đưa nhầm bì thư đóng dấu Mật của Sở khác, còn nguyên niêm phong, tôi đã trả",
        "Lịch trực tủ tài liệu mật: thứ Hai chị Dụ, thứ Ba anh Mẫu",
        "Nội dung này nằm trong văn bản mật, tôi sẽ phổ biến trực tiếp",
        "Văn bản mật số 3 chưa ai đến nhận, tôi cất tủ, mai giao tiếp",
        "Ai cầm văn bản mật số 8 thì gọi tôi, không nhắn trích yếu",
        "Bì thư đóng dấu Mật của phòng khác phát lạc sang tôi, chưa bóc, đã trả lại",
    ],
)
def test_a_refusal_or_a_delivery_by_hand_is_no_disclosure(text: str) -> None:
    assert label(text) != "classified"


@pytest.mark.parametrize(
    "text",
    [
        "Tờ phải bỏ điện thoại ngoài cửa mới được xem, tôi chép được đoạn này: ba chốt rút",
        "Loại bậc hai trong ba bậc của luật, em gửi trang có danh sách",
        "Giấy vạch chéo đỏ cấm sao, tôi sao một bản, ảnh ở dưới",
    ],
)
def test_a_hint_at_the_level_reaches_the_admin(text: str) -> None:
    assert label(text) in {"classified", "look"}


@pytest.mark.parametrize(
    "before",
    [
        "@Nguyễn Văn Giả - Chánh Văn phòng ",
        "@Trần Thị Mẫu ",
        "Kính gửi các đồng chí, ",
        "“Đã rõ, thưa đồng chí” ",
        "Chị Hà ơi ",
    ],
)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Noi dung ho so mat GIA DINH gom ba muc nhu sau", {"classified"}),
        ("gui cac anh bao cao mat cua GIA DINH", {"classified"}),
        ("cong van mat so 9 GIA DINH em chup roi", {"classified"}),
        ("bao cao mat dien dien rong tu 5 gio sang", {None}),
        ("cho em xin danh sach vang mat hop giao ban", {None}),
        ("khong duoc gui van ban mat len nhom", {None, "borderline", "look"}),
    ],
)
def test_words_without_diacritics_are_read_as_such_behind_a_mention_a_greeting_a_quotation_or_a_name(
    before: str, text: str, expected: set[str | None]
) -> None:
    assert label(before + text) in expected


def test_an_office_chooses_from_how_sure_on_a_message_is_sealed_and_from_how_sure_on_a_person_looks() -> None:
    doubtful = with_parameters(classified_from=0.9999).inspect(SECRET)
    assert doubtful is not None
    assert (doubtful.label, doubtful.severity, doubtful.seals) == ("look", Severity.TRIAGE, False)
    counted = with_parameters(classified_from=0.9999, look_from=0.9999, talk_below=0.9999).inspect(SECRET)
    assert counted is not None
    assert (counted.label, counted.severity, counted.seals) == ("borderline", Severity.SUSPECT, False)


@pytest.mark.parametrize(
    "disguised",
    [
        unicodedata.normalize("NFD", SECRET),
        SECRET.replace("tối mật", "t ố i   m ậ t"),
        SECRET.replace("tối mật", "t.ố.i m.ậ.t"),
        SECRET.replace("tối mật", "t_ố_i m_ậ_t"),
        SECRET.replace("mật", "m\u200bậ\u200bt"),
        SECRET.replace("mật", "m\u00adật"),
        SECRET.replace("tối mật", "to\u0302\u0301i ма\u0323\u0302т"),
        SECRET.replace("mật", "m🔴ậ🔴t"),
        SECRET.replace("tối mật", "t01 m@t"),
        SECRET.replace("mật", "mậtttt"),
        SECRET.replace("mật", "&#109;ậ&#116;"),
        SECRET.replace("tối mật", "tối\nmật"),
        SECRET.replace("tối mật", "tậm iốt"),
        SECRET.replace("tối mật", "\u202etậm iốt\u202c"),
        SECRET.replace("tối mật", "ⓣⓞⓘ ⓜⓐⓣ"),
        SECRET.replace("tối mật", "to61i ma65t"),
        SECRET.replace("tối mật", "to^'i ma^.t"),
        SECRET.replace("báo cáo tối mật", "baocaotoimat"),
        SECRET.replace("tối mật", "tóy mậc"),
        SECRET.replace("mật", "rnật"),
        SECRET.replace("mật", "mạt"),
        SECRET.replace("mật", "mậtj"),
        SECRET.replace("tối mật", "🇲🇦🇹"),
        SECRET.replace("mật", "ᎷẬᎢ"),
        SECRET.replace("mật", "ꓟẬꓔ"),
        SECRET.replace("mật", "mʼậʼt"),
        SECRET.replace("mật", "mˑậˑt"),
        SECRET.replace("mật", "mـậـt"),
        SECRET[::-1],
        SECRET.replace("báo cáo tối mật", "b.á.o c.á.o t.ố.i m.ậ.t"),
        SECRET.replace("báo cáo tối mật", "b á o   c á o   t ố i   m ậ t"),
        SECRET.replace("báo cáo tối mật", "báo\ncáo\ntối\nmật"),
        SECRET.replace("báo cáo tối mật", "b4o c4o t0i m4t"),
        SECRET.replace("báo cáo tối mật", "βάο ϲάο τόi mα̣̂τ").replace("ϲ", "c"),
        SECRET.replace("tối mật", "tuỵt mậk"),
        SECRET.replace("tối mật", "mựt"),
        SECRET.replace("tối mật", "mâtj"),
        SECRET.replace("tối mật", "mjật"),
        SECRET.replace("tối mật", "ŧối ɱậŧ"),
        SECRET.replace("báo cáo tối mật", "congvanmatso9"),
        SECRET.replace("báo cáo tối mật", "bản mật"),
        "phu luc 2 toi mat GIA DINH em gui o duoi",
        "Em gui cac anh bao cao toi mat GIA DINH so 9",
        "Em göi c¸c anh b¸o c¸o tèi mËt GI¶ §ÞNH sè 9",
    ],
)
def test_no_disguise_helps(disguised: str) -> None:
    assert label(disguised) == "classified"


@pytest.mark.parametrize(
    "innocent",
    [
        "Đến tối mực nước hồ thủy điện còn cách ngưỡng tràn nửa mét",
        "Tuyệt, mặt đường đã thông rồi các bác ơi",
        "tuyet, mat duong da thong roi cac bac oi",
        "Báo cáo của cô Mật trường mầm non gửi rồi đấy",
        "cong van anh Mat ky roi",
        "T.M Đảng ủy ký thay rồi anh",
        "Tài liệu thu hồi vốn đầu tư, kế toán gửi trước 16h",
        "ke hoach mat dien thang 11",
        "Gửi anh bản đồ mật độ dân số các xã",
        "Giải đấu do Sở chủ trì, em gửi lịch thi đấu ở dưới",
        "Công văn số 6 xin cây giống, bản đóng dấu đỏ, em chụp gửi các xóm",
        "T\u200bo\u200bi m\u200ba\u200bt t\u200bo\u200bi m\u200bu\u200bi vi bao cao nay",
    ],
)
def test_the_innocent_neighbours_are_left_alone(innocent: str) -> None:
    assert label(innocent) is None


@pytest.mark.parametrize(
    ("text", "level"),
    [("văn bản mật số 1 em gửi", "mat"), ("văn bản tối mật số 1 em gửi", "toi_mat"), ("tuyetmat_1.pdf", "tuyet_mat")],
)
def test_the_level_is_guessed(text: str, level: str) -> None:
    finding = SHIPPED.inspect(text)
    assert finding is not None
    assert finding.level == level


def test_the_reason_names_patterns_and_repeats_no_word() -> None:
    finding = SHIPPED.inspect(SECRET)
    assert finding is not None
    assert finding.reason == "document+number+transmitting"
    assert finding.excerpt is None


@pytest.mark.parametrize(
    ("field", "event"),
    [
        ("text", MessageSent(at=AT, text=SECRET)),
        ("quote", MessageSent(at=AT, text="Vâng", quote=Quote(owner_uid="1", key="1", text=SECRET))),
        ("file_name", MessageSent(at=AT, attachment=Attachment(type="share.file", title="bao_cao_toi_mat.pdf"))),
        ("title", MessageSent(at=AT, attachment=Attachment(type="chat.link", title=SECRET))),
        ("description", MessageSent(at=AT, attachment=Attachment(type="chat.link", description=SECRET))),
        ("name", NameObserved(at=AT, name=SECRET)),
        ("group_name", GroupInfoChanged(at=AT, name=SECRET)),
    ],
)
def test_every_string_of_an_event_is_looked_at(field: str, event: EventBase) -> None:
    (finding,) = SHIPPED.check(event, NO_CONTEXT)
    assert (finding.field, finding.seals) == (field, True)


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        (SECRET, "4.1"),
        ("Thực hiện phương án tối mật GIẢ ĐỊNH, tổ 2 có mặt lúc 4 giờ", "4.3"),
        ("Cập nhật kế hoạch mật GIẢ ĐỊNH: đã xong bước hai", "4.3"),
    ],
)
def test_work_on_secrets_is_told_from_papers_passed_on(text: str, clause: str) -> None:
    finding = SHIPPED.inspect(text)
    assert finding is not None
    assert (finding.seals, finding.clause) == (True, clause)


def test_a_quote_is_sealed_but_does_not_accuse_the_quoter() -> None:
    quoting = MessageSent(at=AT, text="Đã xem", quote=Quote(owner_uid="1", key="1", text=SECRET))
    (finding,) = SHIPPED.check(quoting, NO_CONTEXT)
    assert (finding.seals, finding.severity) == (True, Severity.SUSPECT)


def test_a_name_that_is_also_a_country_excuses_nothing() -> None:
    assert label("Chị Nga gửi các anh kế hoạch tối mật GIẢ ĐỊNH") == "classified"
    assert label("Nga công bố hồ sơ tối mật thời chiến tranh lạnh") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đồng chí Mật gửi báo cáo số 5", None),
        ("Đ/c Mật gửi báo cáo số 5", None),
        ("Đề nghị đ/c Mật báo cáo kết quả số 5", None),
        ("đc Mật gửi báo cáo số 5", None),
        ("Báo cáo các đồng chí mật số 5 em gửi kèm", "classified"),
        ("Báo cáo công tác tuần tra nghiêm mật số 5, gửi các anh", None),
        ("Tổ dân quân canh gác cẩn mật kho vật tư", None),
        ("Báo cáo số 5: xã ven sông dân cư trù mật", None),
        ("Chị bán mật gửi danh sách khách rồi ạ", None),
        ("Em gửi đ/c công văn m.ậ.t số 5", "classified"),
    ],
)
def test_a_comrade_called_mat_and_everyday_compounds_are_no_level(text: str, expected: str | None) -> None:
    assert label(text) == expected


@pytest.mark.parametrize(
    "beside",
    [
        "Phim hay quá. {}",
        "Chơi game không? {}",
        "Tin bóng đá: đội nhà thắng rồi!\n{}",
        "{}. Xin nhắc mọi người quy chế cấm đăng văn bản mật",
        "Mỹ vừa thắng ván cờ… {}. Xin nhắc quy chế cấm đăng văn bản mật",
    ],
)
def test_a_sentence_beside_a_secret_excuses_nothing(beside: str) -> None:
    text = beside.format(SECRET)
    finding = SHIPPED.inspect(text)
    assert finding is not None
    assert (finding.label, finding.level, finding.seals) == ("classified", "toi_mat", True)
    assert [text[start:end] for start, end in finding.spans] == ["tối mật"]


@pytest.mark.parametrize(
    "text",
    [
        "Tối nay nhà văn hóa chiếu phim. Hồ sơ tuyệt mật. Vé đoàn viên giảm nửa giá",
        "Luật chia ba độ:\nĐộ cao nhất là tuyệt mật\nĐộ thứ hai là tối mật\nĐộ thứ ba là mật",
        "Nhắc các phòng: quy chế cấm đăng văn bản mật. Ai có văn bản mật thì nộp văn thư",
    ],
)
def test_sentences_on_a_film_or_the_rules_are_still_no_disclosure_together(text: str) -> None:
    assert label(text) != "classified"


def test_talk_about_the_rule_is_counted_but_nothing_is_sealed() -> None:
    finding = SHIPPED.inspect("Mời văn thư đến nhận tài liệu mật trực tiếp")
    assert finding is not None
    assert (finding.severity, finding.seals, finding.level) == (Severity.SUSPECT, False, "mat")


def test_a_secret_deep_in_a_long_text_is_found_where_it_stands() -> None:
    text = "Tình hình ổn định, các bản đã thu hoạch xong.\n" * 200 + SECRET
    finding = SHIPPED.inspect(text)
    assert finding is not None
    assert finding.seals
    assert [text[start:end] for start, end in finding.spans] == ["tối mật"]


@given(st.text(max_size=400), st.sampled_from(["", "mật", "tối mật", "MAT", "m.ậ.t", "độ mật:", ".pdf"]))
def test_no_text_breaks_it_and_spans_stay_inside(text: str, word: str) -> None:
    whole = text + word + text
    finding = SHIPPED.inspect(whole)
    if finding:
        assert all(0 <= start < end <= len(whole) for start, end in finding.spans)


@pytest.mark.parametrize(
    "text",
    ["mật " * 25_000, "m" * 100_000, "m " * 50_000,
     "a" + "\u0323\u0302\u0336" * 33_333, "t.o.i." * 16_000, "(mật" * 25_000,
     "mat" * 33_000 + ".pdf", "văn bản " * 12_500 + "mật", "@" * 100_000 + "mật"],
)  # fmt: skip
def test_a_hundred_thousand_characters_take_no_more_than_a_moment(text: str) -> None:
    begun = time.process_time()
    SHIPPED.inspect(text)
    assert time.process_time() - begun < 25


@pytest.mark.parametrize("piece", ["mật ", "mat ", "m @ t "])
def test_a_message_of_ten_megabytes_that_says_nothing_else_is_sealed_within_seconds(piece: str) -> None:
    before = time.process_time()
    found = SHIPPED.inspect(piece * (10_000_000 // len(piece)))
    assert found is not None
    assert (found.label, found.seals) == ("unchecked", True)
    assert time.process_time() - before < 100
