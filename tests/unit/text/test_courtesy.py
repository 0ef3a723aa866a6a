"""What politeness adds to a message goes, and what the message says stays."""

import pytest

from zalo_governor.text.courtesy import is_only_courtesy, sentences, without_courtesy

MATTER = "Hàng trắng về rồi, ai chơi thì nhắn riêng"


@pytest.mark.parametrize(
    "polite",
    [
        "Kính gửi các đồng chí, {}",
        "Dạ báo cáo các đồng chí, {}",
        "Thưa anh chị em, {}",
        "@Văn phòng {}",
        "{} @Lê Thị B",
        "Fwd: {}",
        "Chuyển tiếp từ Lan: {}",
        "- {}",
        "1. {}",
        "a) {}",
        "“{}”",
        "{} 👍",
        "{} ạ",
        "{}. Trân trọng cảm ơn!",
        "{}. Đề nghị các đồng chí lãnh đạo báo cáo.",
        "{} https://chinhphu.vn/van-ban",
        "Dạ, kính thưa các anh chị, {}. Em xin cảm ơn cả nhà ạ.",
    ],
)
def test_courtesy_goes(polite: str) -> None:
    assert without_courtesy(polite.format(MATTER)) == MATTER


@pytest.mark.parametrize("text", ["Trân trọng cảm ơn.", "Dạ", "🙏", "@Lan"])
def test_of_a_message_that_is_nothing_but_courtesy_something_stays(text: str) -> None:
    assert without_courtesy(text)


@pytest.mark.parametrize(
    "text", ["Kính gửi các đồng chí", "Kinh gui cac anh chi", "Dạ vâng ạ", "Xin cảm ơn lãnh đạo Sở!"]
)
def test_a_bare_salutation_is_only_courtesy(text: str) -> None:
    assert is_only_courtesy(text)


@pytest.mark.parametrize("text", ["", "👍", "Các anh chị", "Chào hàng các anh chị", "Kính gửi các đồng chí file"])
def test_what_says_more_or_does_not_greet_is_not_only_courtesy(text: str) -> None:
    assert not is_only_courtesy(text)


@pytest.mark.parametrize("text", ["Báo cáo quý III gửi trước thứ Sáu", "Chào giá thầu xong chưa?", "Mời họp lúc 8 giờ"])
def test_what_only_begins_like_a_salutation_stays(text: str) -> None:
    assert without_courtesy(text) == text


def test_sentences_are_judged_alone_only_where_there_are_several() -> None:
    assert sentences(MATTER) == []
    assert sentences(f"Họp lúc 8 giờ sáng mai nhé. {MATTER}") == ["Họp lúc 8 giờ sáng mai nhé.", MATTER]
