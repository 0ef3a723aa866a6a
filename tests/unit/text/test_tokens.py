"""What is not prose is set apart."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zalo_governor.text.tokens import TokenKind, tokens


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("https://a.example.vn/x?y=1", TokenKind.LINK),
        ("www.example.vn", TokenKind.LINK),
        ("vanthu@example.vn", TokenKind.EMAIL),
        ("bao_cao.docx", TokenKind.FILE),
        ("77/TB-VP", TokenKind.CODE),
        ("d/c", TokenKind.CODE),
        ("@All", TokenKind.MENTION),
        ("khẩn", TokenKind.WORD),
    ],
)
def test_each_kind_is_recognised(text: str, kind: TokenKind) -> None:
    assert [token.kind for token in tokens(text)] == [kind]


def test_a_file_name_with_spaces_is_one_file_name() -> None:
    kinds = {token.kind for token in tokens("Lich truc thang muoi hai.docx")}
    assert kinds == {TokenKind.FILE}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("cac xa khan truong nop (BC_tuan_12.docx)", "BC_tuan_12.docx"),
        ("cac xa khan truong nop BC_tuan_12.docx", "BC_tuan_12.docx"),
        ("cac xa nop theo baocao.docx", "baocao.docx"),
        ("cac xa khan truong nop (Bao cao tuan 12.docx)", "Bao cao tuan 12.docx"),
        ("cac xa khan truong nop Bao cao tuan 12.docx", "Bao cao tuan 12.docx"),
        ("em gui anh bao cao tuan 12.docx", "bao cao tuan 12.docx"),
        ("Da xong. Danh sach ho ngheo.xlsx", "Danh sach ho ngheo.xlsx"),
    ],
)
def test_a_sentence_before_a_file_name_is_none_of_it(text: str, name: str) -> None:
    found = tokens(text)
    assert " ".join(token.text for token in found if token.kind is TokenKind.FILE) == name
    assert any(token.kind is TokenKind.WORD for token in found)


def test_the_name_after_a_mention_belongs_to_it_and_the_rest_does_not() -> None:
    found = {token.text: token.kind for token in tokens("@Nguyen Van Mau xem giup")}
    assert found["Van"] is TokenKind.MENTION
    assert found["xem"] is TokenKind.WORD


@given(st.text())
def test_tokens_are_slices_of_the_text_in_order(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert text[token.start : token.end] == token.text
        assert token.start >= end
        end = token.end


@pytest.mark.parametrize(
    "text", ["a." * 50_000, "a_" * 50_000 + ".pdf", "a " * 50_000 + "x.pdf", "@" * 100_000, "a.b" * 33_000 + ".vn"]
)
def test_long_texts_take_no_more_than_a_moment(text: str) -> None:
    begun = time.process_time()
    tokens(text)
    assert time.process_time() - begun < 15
