"""What is a link in a text, and what only has dots."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zalo_governor.text.links.finder import find_links


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("Xem https://mau.gov.vn/a?b=1#c.", ["https://mau.gov.vn/a?b=1#c"]),
        ("www.mau.gov.vn và zaIo.me/g/abc, mau.com.vn", ["www.mau.gov.vn", "zaIo.me/g/abc", "mau.com.vn"]),
        ("hxxps://mau[.]top/a, mau(.)xyz, mau[dot]xyz", ["https://mau.top/a", "mau.xyz", "mau.xyz"]),
        ("hxxp[:]//mau[.]top", ["http://mau.top"]),
        ("(https://mau.vn/a_(b))", ["https://mau.vn/a_(b)"]),
        ("xemhttps://mau.vn", ["https://mau.vn"]),
        ("https://mau\u200b.vn", ["https://mau.vn"]),
        ("t.ly/mau 203.0.113.7:8080/hop", ["t.ly/mau", "203.0.113.7:8080/hop"]),
        ("bấm javascript:alert(1) và data:text/html,a", ["javascript:alert(1)", "data:text/html,a"]),
        ("tỉnhmẫu.vn", ["tỉnhmẫu.vn"]),
        ("a@mau.vn/x", ["a@mau.vn/x"]),
    ],
)
def test_links_are_found_without_what_stands_around_them(text: str, addresses: list[str]) -> None:
    assert [link.address for link in find_links(text)] == addresses


@pytest.mark.parametrize(
    "text",
    [
        "Gửi vanthu@mau.gov.vn hoặc lo.van.la@mau.com",
        "Tệp BC.docx, PL.zip, logo.ai, README.md và v1.2.mov",
        "Họp 8.30 ngày 12.5.2026 tại TP.HCM, TP.HN",
        "Điểm 12.5.vn; bản 1.2.3.4; 1.234.567 đồng",
        "ThS.BS. Mùa A Mẫu, PGS.TS Lò, VP.UBND, Q.BT/VP",
        "Rõ.Em làm ngay...vâng ạ. V.v.",
        "Lúc 8:30, tỉ lệ 1:2, file: báo cáo, javascript: bài 1",
        r"Thư mục \\10.0.0.5\chung, D:\a\b.docx",
        "",
    ],
)
def test_other_things_with_dots_are_no_links(text: str) -> None:
    assert find_links(text) == ()


def test_the_span_is_that_of_the_text_as_typed() -> None:
    text = "Vào z\u200baIo.me/g/a nhé, và hxxp://mau[.]top/b."
    assert [text[link.start : link.end] for link in find_links(text)] == ["z\u200baIo.me/g/a", "hxxp://mau[.]top/b"]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("a.:/[]()@hxtps-0%\\ ẩо\u200b\ud800\n"), max_size=80))
def test_any_text_is_read_and_spans_stay_inside(text: str) -> None:
    for link in find_links(text):
        assert 0 <= link.start < link.end <= len(text)


@pytest.mark.parametrize("piece", ["a.", "a", "a-", "http:", "x.y@", "[.]", "ms-", "javascript:", "a.vn/(", "((", "."])
def test_time_is_linear(piece: str) -> None:
    start = time.process_time()
    find_links(piece * (40_000 // len(piece)))
    assert time.process_time() - start < 10
