"""The glance and the full reading agree, and an office's own names count for nothing."""

import pytest

from zalo_governor.config.shipped import shipped_config
from zalo_governor.rules.loader import read_lines
from zalo_governor.text.diacritics.expressions import Expressions
from zalo_governor.text.diacritics.judge import Marks, Reading, Thresholds, Words, read_marks
from zalo_governor.text.diacritics.model import shipped_model
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import normalise

LIMITS = Thresholds(violation=1.0, partial=0.0, brief=0.25, slip=1.5, suspect=0.0)
BENIGN = read_lines(shipped_config() / "benign/messages.vi.txt")


def words(*names: str) -> Words:
    return Words(
        shipped_model,
        acknowledgements=frozenset({"ok"}),
        abbreviations=frozenset({"ubnd"}),
        names=frozenset(names),
        expressions=Expressions([], []),
    )


def reading(text: str, known: Words, limits: Thresholds = LIMITS) -> Reading:
    normalised = normalise(text)
    return read_marks(normalised, known.cut(normalised), known, limits)


def glanced_at(text: str, known: Words) -> bool:
    return known.at_a_glance_fine(known.cut(normalise(text)))


def test_what_passes_at_a_glance_the_full_reading_passes_too() -> None:
    known = words()
    glanced = [line for line in BENIGN if glanced_at(line, known)]
    assert len(glanced) > len(BENIGN) // 4
    assert [line for line in glanced if reading(line, known).marks is not Marks.OK] == []


@pytest.mark.parametrize("part", [slice(0, None, 2), slice(1, None, 2), slice(None, 3), slice(3, None)])
def test_nothing_that_lacks_marks_passes_at_a_glance(part: slice) -> None:
    known = words()
    passed = []
    for line in BENIGN:
        pieces = line.split()
        some = pieces.copy()
        some[part] = [fold(piece) for piece in pieces[part]]
        changed = sum(a.lower() != b.lower() for a, b in zip(pieces, some, strict=True))
        if changed > 2 and glanced_at(" ".join(some), known):
            passed.append(some)
    assert passed == []


NEVER = 99.0
ALWAYS = -99.0


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("Da nhan được", "brief"),
        ("Đề nghị cac phòng ra soat lai danh muc thiet bi hong", "partial"),
        ("Phòng em gửi bảng số liệu lúc ba giờ chieu qua rồi, mọi người xem lại hộ em với", "slip"),
        ("de nghi cac phong ra soat lai danh muc", "violation"),
    ],
)
def test_each_kind_of_message_has_its_own_threshold(text: str, limit: str) -> None:
    known = words()
    none = LIMITS._replace(violation=NEVER, partial=NEVER, brief=NEVER, slip=NEVER, suspect=ALWAYS)
    assert not reading(text, known, none).sure
    assert reading(text, known, none._replace(**{limit: ALWAYS})).sure


@pytest.mark.parametrize(
    ("text", "sure"), [("Nam, Long, Giang", False), ("Bac Nam", False), ("Hung, Duong, Huyen", True)]
)
def test_names_alone_are_suspect_at_most_where_they_may_be_written_so(text: str, sure: bool) -> None:
    everything = LIMITS._replace(violation=ALWAYS, suspect=ALWAYS)
    assert reading(text, words(), everything).sure is sure


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("Thành phần đi cơ sở: Nông Thị Lan, Ma Văn Kha, La Thị Hoa, Vi Thị Mai", False),
        ("Nông Thị Lan\nMa Văn Kha\nLa Thị Hoa\nVi Thị Mai", False),
        ("Chau Sóc Kha, Thạch Sô Phia, Chau Kim Sêng", False),
        ("Nguyễn Van Mẫu, Trần Thi Lan, Lê Van Hai", True),
        ("Nguyen Văn Mẫu, Trần Thi Lan", True),
        ("Họp Ban Chi Dao, Ban To Chuc", True),
    ],
)
def test_full_names_in_a_list_are_suspect_at_most_where_they_may_be_written_so(text: str, sure: bool) -> None:
    everything = LIMITS._replace(partial=ALWAYS, brief=ALWAYS, slip=ALWAYS, suspect=ALWAYS)
    assert reading(text, words(), everything).sure is sure


def test_a_tone_on_another_vowel_makes_no_other_word() -> None:
    known = words()
    moved = known.reader.word("goí")
    assert moved.typed == known.reader.word("gói").typed == known.model.language.places["gói"]
    assert glanced_at("Anh gửi em goí quà nhỏ hôm qua rồi", known)


def test_an_office_adds_its_own_names() -> None:
    text = "Nam Na Khoang Pa Tan da"
    assert reading(text, words(), LIMITS._replace(suspect=-9, violation=-9)).spans
    named = words("na khoang", "pa tan", "nam", "da")
    assert reading(text, named, LIMITS._replace(suspect=-9)).marks is Marks.OK
