"""Why a link is dangerous, by its form and by lists."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zalo_governor.text.links.judge import LABELS, REASONS, LinkDanger, judge_link, judge_links
from zalo_governor.text.links.lists import LinkLists, shape_of
from zalo_governor.text.links.lookalikes import is_in_foreign_script, mixes_scripts

LISTS = LinkLists(
    trusted=["gov.vn", "google.com"],
    shared=["drive.google.com", "github.io"],
    dangerous=["xau.mau.net"],
    shorteners=["bit.ly"],
    brands=["zalo\tzalo.me", "nganhangmau\tnganhangmau.com.vn mau.github.io", "momo?\tmomo.vn"],
)


@pytest.mark.parametrize(
    ("address", "label", "certain", "reasons"),
    [
        ("https://nganhangmau.top", "lookalike_link", True, {"brand", "foreign_suffix"}),
        ("https://nganhangmau.net.vn", "lookalike_link", False, {"brand", "foreign_suffix"}),
        ("https://nganhangrnau.com.vn", "lookalike_link", True, {"brand", "letters"}),
        ("https://nganhangmua.com.vn", "lookalike_link", True, {"brand", "misspelt"}),
        ("https://nganhangmau.github.io", "lookalike_link", True, {"brand", "inside"}),
        ("https://zаlo.me", "lookalike_link", True, {"brand", "letters", "mixed_scripts"}),
        ("https://a.gov.vn.mau.top", "lookalike_link", True, {"gov", "inside"}),
        ("https://m0mo.vip", "lookalike_link", False, {"brand", "letters"}),
        ("https://drive.google.com/a.apk", "program_link", True, {"program"}),
        ("https://mau.top/a.jar", "program_link", False, {"script_file"}),
        ("https://bit.ly/a", "short_link", False, {"shortened"}),
        ("https://tep.xau.mau.net", "dangerous_link", True, {"listed"}),
        ("https://zalo.me/g/abc", "group_invitation", False, {"invitation"}),
        ("https://google.com/url?q=http%3A%2F%2Fxau.mau.net", "dangerous_link", True, {"forwards", "listed"}),
        ("https://zalo.me@mau.top/a.exe", "program_link", True, {"program", "userinfo"}),
        ("http://203.0.114.7", "hidden_link", False, {"ip"}),
        ("https://" + "a." * 200 + "top", "hidden_link", False, {"long_host"}),
        ("file://203.0.114.7/a/b.docx", "command_link", True, {"scheme"}),
        ("file:////mau.top/a/b.docx", "command_link", True, {"scheme"}),
        ("file:///D:/setup.exe", "program_link", False, {"program"}),
    ],
)
def test_dangers(address: str, label: str, certain: bool, reasons: set[str]) -> None:
    assert judge_link(address, LISTS) == LinkDanger(label, certain, frozenset(reasons))


@pytest.mark.parametrize(
    "address",
    [
        "https://mau.gov.vn/a.exe",
        "https://nganhangmau.com.vn",
        "https://mau.github.io",
        "https://zalo.me/0900000000",
        "https://zalo.tinhmau.vn",
        "https://momo.com",
        "https://drive.google.com/file/d/1/view",
        "https://bao.example.vn/tin-1.html",
        "https://tỉnhmẫu.vn",
        "https://www.gov.ky",
        "http://192.168.1.1/",
        "http://localhost:8080/",
        "file:///D:/bao-cao.docx",
        "file://10.0.0.5/chung/a.docx",
        "mailto:a@mau.vn",
        "tel:0900000000",
        "#muc1",
        "",
    ],
)
def test_nothing_is_known_against_honest_links(address: str) -> None:
    assert judge_link(address, LISTS) is None


def test_addresses_of_documents_are_judged_once_each_and_come_defanged() -> None:
    judged = judge_links(["https://zalo.top/a", "https://mau.gov.vn", "https://zalo.top/a"], LISTS)
    assert [(link.address, link.danger.label) for link in judged] == [("hxxps://zalo[.]top/a", "lookalike_link")]


@pytest.mark.parametrize("line", ["", "https://mau.vn", "mau", "a b.vn", "mau.vn/a"])
def test_a_line_that_is_no_domain_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="phải là một tên miền"):
        LinkLists(trusted=[line], shared=[], dangerous=[], shorteners=[], brands=[])


@pytest.mark.parametrize("line", ["zalo", "Zalo\tzalo.me", "zalo zalo.me"])
def test_a_brand_without_a_tab_or_in_capitals_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="dấu tab"):
        LinkLists(trusted=[], shared=[], dangerous=[], shorteners=[], brands=[line])


def test_empty_lists_find_only_what_the_form_shows() -> None:
    empty = LinkLists(trusted=[], shared=[], dangerous=[], shorteners=[], brands=[])
    assert judge_link("https://zalo.top", empty) is None
    assert judge_link("https://mau.top/a.apk", empty) is not None


@pytest.mark.parametrize("label", ["zaIo", "za1o", "zal0", "ZALO", "zа-lo"])
def test_labels_that_look_alike_have_one_shape(label: str) -> None:
    assert shape_of(label) == shape_of("zalo")


def test_scripts() -> None:
    assert mixes_scripts("zаlo.me")
    assert not mixes_scripts("tỉnhmẫu.vn")
    assert is_in_foreign_script("пример.com")
    assert not is_in_foreign_script("tỉnhmẫu.vn")


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(["", "http://", "https://", "file://", "data:", "//", "http:\\\\"]),
    st.text(alphabet=st.sampled_from("zalo.me@:/?#%[]xn-0123gv\\ ậо\ud800\x00"), max_size=60),
)
def test_any_address_is_judged_with_known_codes(scheme: str, rest: str) -> None:
    danger = judge_link(scheme + rest, LISTS)
    if danger:
        assert danger.label in LABELS
        assert danger.reasons <= REASONS
