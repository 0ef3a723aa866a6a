"""Words by which directives and their addressees are read: verbs of orders, heads of names, classes of words."""

from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from math import log
from typing import NamedTuple

from zalo_governor.text.diacritics.language import canonical
from zalo_governor.text.diacritics.model import shipped_model
from zalo_governor.text.fold import fold


class WordClass(NamedTuple):
    """The class of a word: words of one class, such as verbs of orders, occur beside the same words.

    Both are numbers as text: of one of about 40 `coarse` classes, and of one of about 160 `fine` ones.
    """

    coarse: str
    fine: str


@cache
def word_classes() -> dict[str, WordClass]:
    """Return the classes of the 6,000 most frequent words, in lower case, with and without diacritics.

    `training/word_classes.py` makes them: by its class, the models know a verb or name that no training text has. A
    word without diacritics has the class of the most words that it may stand for. The file is read once.
    """
    rows = files("zalo_governor.text").joinpath("word.clusters").read_text(encoding="utf-8").splitlines()
    found: dict[str, WordClass] = {}
    for row in rows:
        fine, coarse, *words = row.split(" ")
        found.update((word, WordClass(coarse, fine)) for word in words)
    bare: dict[str, list[WordClass]] = {}
    for word, known in found.items():
        bare.setdefault(fold(word), []).append(known)
    return {word: max(classes, key=classes.count) for word, classes in bare.items()} | found


NO_BOND = -9
"""What `bond_of` returns for two words of which one is not in the language model."""
BOUND = 5
"""Value of `bond_of` from which two syllables are one word."""


@lru_cache(maxsize=4_096)
def bond_of(one: str, following: str) -> int:
    """Return how much more often than by chance `following` stands after `one`: a rounded logarithm, -1 to 6.

    Two syllables of one word ("trật tự": 6) have at least `BOUND`, so no name ends between them.
    """
    language = shipped_model().language
    before, word = (language.places.get(canonical(each)) for each in (one, following))
    if before is None or word is None:
        return NO_BOND
    return max(-1, min(6, round(log(language.follow(before, word) / language.common[word]))))


def verb_at(plain: Sequence[str], at: int) -> int:
    """Return the number of syllables (2 or 1) of the verb of orders that begins at index `at`; 0 if none does.

    `plain` are the words without diacritics.
    """
    if " ".join(plain[at : at + 2]) in _LONG_VERBS:
        return 2
    return int(plain[at] in _SHORT_VERBS)


_OF_AGENCIES = (
    "sở ubnd ban ngành phòng chi cục công an ca ubmttq mttq hđnd ubkt bch bchqs bđbp cty ty trung tâm tt vp văn xã "
    "phường huyện thị trấn thôn bản đội tổ trạm bệnh viện trường đài kho bạc thuế điện lực vnpt viettel cảng hội đoàn "
    "quỹ thanh tra hạt kiểm lâm csgt tỉnh thành phố tp đồn hải quan ngân hàng bhxh nhnn đặc khu"
)
_OF_PEOPLE = "đ/c đc đồng chí anh chị a c em e cô chú bác ông bà các mấy bên phía toàn tất cả mọi @ thầy"
HEADS, HONORIFICS = frozenset(_OF_AGENCIES.split()), frozenset(_OF_PEOPLE.split())
"""Words with which names of agencies begin, and words that stand before the name of an addressee."""
_VERBS = (
    "chủ trì, phối hợp, giải trình, giải quyết, giải thích, giải tỏa, giải ngân, kiểm tra, kiểm điểm, kiểm đếm, rà "
    "soát, rà lại, thống nhất, trả lời, chuẩn bị, trực tiếp, trực ban, trực tại, ứng trực, bố trí, hoàn thành, hoàn "
    "thiện, xác minh, xử lý, tham mưu, tổ chức, điều tra, điều chỉnh, điều động, theo dõi, tổng hợp, bổ sung, thẩm "
    "định, thẩm tra, tăng cường, thực hiện, nghiên cứu, hướng dẫn, xây dựng, góp ý, khẩn trương, quán triệt, hỗ trợ, "
    "sắp xếp, khảo sát, niêm yết, niêm phong, cập nhật, tập trung, tập kết, phát động, vận động, vận hành, huy động, "
    "cung cấp, đề xuất, phân công, giám sát, cam kết, trao đổi, liên hệ, chấn chỉnh, triển khai, đôn đốc, tuyên "
    "truyền, bảo đảm, đảm bảo, thanh tra, chỉ đạo, báo cáo, báo lại, cấp điện, ra quân, lưu ý, chú ý, cùng vào, vào "
    "cuộc, làm việc, làm rõ, cho ý, cho biết, cho tôi, cho kiểm, cho anh, nghiêm túc, thay tôi, thay mặt, khắc phục, "
    "khôi phục, công khai, đăng ký, ban hành, rút kinh, tiếp thu, tiếp tục, thông báo, thông tin, chia sẻ, tạo điều, "
    "quyết liệt, chịu trách, tiêm vét, ngồi lại, lo, gửi, xem, coi, mở, lập, viết, in, đưa, soạn, phải, cử, tìm, nói, "
    "đọc, xuống, đi, trình, gỡ, chọn, lấy, giữ, hỏi, nghe, sửa, dừng, dọn, cắt, đếm, nhắn, chốt, gọi, ký, nộp, gặp, "
    "gom, dẹp, lên, về, kê, ktra, b/c, chở, cắm, treo, nhắc, rút, photo, dập, cấm, không, đừng, cần, nên, hãy, p/h"
)
"""Verbs of orders, after which an addressee has ended."""
_FOLDED_VERBS = [fold(verb) for verb in _VERBS.split(", ")]
_LONG_VERBS = frozenset(verb for verb in _FOLDED_VERBS if " " in verb)
_SHORT_VERBS = frozenset(verb for verb in _FOLDED_VERBS if " " not in verb)
ENDING_VERBS = frozenset(verb for verb in _VERBS.split(", ") if " " not in verb and verb != "trình") | frozenset(
    {"cho", "sẽ", "mai", "mốt", "chỉ", "mỗi", "đóng", "gắn", "nấu", "phủ", "thuê", "hút", "đem", "vô", "nhớ", "phun"}
    | {"mang", "đối", "tăng", "nhận"}
)
"""Words of one syllable, with diacritics, before which an addressee's name ends: "gửi", "sẽ"."""
