"""Kinds of files as people call them."""

import pytest

from zalo_governor.sandbox.attachments import identify, packages, readers, scripts
from zalo_governor.text.file_names.kinds import kind_in_words


@pytest.mark.parametrize(
    ("mime", "words"),
    [
        ("application/vnd.ms-word.document.macroEnabled.12", "văn bản Word"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "văn bản Word"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "bảng tính"),
        ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "tệp trình chiếu"),
        ("application/vnd.ms-excel", "bảng tính"),
        ("application/pdf", "tệp PDF"),
        ("image/jpeg", "ảnh"),
        ("message/rfc822", "thư điện tử"),
        ("application/vnd.rar", "tệp nén"),
        (packages.ZIP, "tệp nén"),
        (packages.APK, "tệp chương trình"),
        (packages.JAR, "tệp chương trình"),
        (scripts.BATCH, "tệp chứa mã lệnh"),
        (scripts.URL_SHORTCUT, "tệp lối tắt"),
        ("text/html", "trang web"),
        ("text/plain", "tệp văn bản"),
        ("application/x-never-seen", "loại tệp khác"),
    ],
)
def test_a_kind_has_the_word_that_people_use(mime: str, words: str) -> None:
    assert kind_in_words(mime) == words


def test_every_type_that_has_a_reader_or_a_signature_has_a_word_of_its_own() -> None:
    types = {*vars(readers)["_READERS"], *(mime for _, mime in vars(identify)["_SIGNATURES"])}
    assert len(types) > 20
    assert {mime for mime in types if kind_in_words(mime) == "loại tệp khác"} == set()
