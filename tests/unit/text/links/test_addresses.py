"""The parts of an address, as browsers see them."""

import pytest

from zalo_governor.text.links.addresses import IpHost, defang, in_latin, read_ip, split_address, split_host


@pytest.mark.parametrize(
    ("address", "scheme", "userinfo", "host", "rest"),
    [
        ("zalo.me/g/a", "http", "", "zalo.me", "/g/a"),
        ("HTTPS://Zalo.ME./pc", "https", "", "zalo.me", "/pc"),
        ("https:\\\\mau.top\\@zalo.me", "https", "", "mau.top", "/@zalo.me"),
        ("https://zalo.me@mau.top:8080/a", "https", "zalo.me", "mau.top", "/a"),
        ("https://mau.top?a@zalo.me", "https", "", "mau.top", "?a@zalo.me"),
        ("http://%7Aalo.me", "http", "", "zalo.me", ""),
        ("https://xn--80ak6aa92e.com", "https", "", "аррӏе.com", ""),
        ("http://[::1]:80/a", "http", "", "[::1]", "/a"),
        ("mau.vn:8080/a", "http", "", "mau.vn", "/a"),
        ("javascript:alert(1)", "javascript", "", "", "alert(1)"),
        ("", "http", "", "", ""),
    ],
)
def test_parts(address: str, scheme: str, userinfo: str, host: str, rest: str) -> None:
    assert split_address(address)[:4] == (scheme, userinfo, host, rest)


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("203.0.114.7", IpHost(private=False, disguised=False)),
        ("192.168.1.1", IpHost(private=True, disguised=False)),
        ("3405804039", IpHost(private=False, disguised=True)),
        ("0xcb.0x0.0x72.0x7", IpHost(private=False, disguised=True)),
        ("0313.0.0162.07", IpHost(private=False, disguised=True)),
        ("127.1", IpHost(private=True, disguised=True)),
        ("[2a00:1450::8a]", IpHost(private=False, disguised=False)),
        ("[fe80::1%25eth0]", IpHost(private=True, disguised=False)),
        ("256.1.1.1", None),
        ("1.2.3.4.5", None),
        ("09.1.1.1", None),
        ("[mau]", None),
        ("mau.vn", None),
    ],
)
def test_addresses_in_numbers_are_known_in_every_form(host: str, kind: IpHost | None) -> None:
    assert read_ip(host) == kind


def test_a_broken_punycode_stays() -> None:
    assert split_address("http://xn--\u0111.vn").host == "xn--đ.vn"
    assert split_address("http://xn--99999999999.vn").host == "xn--99999999999.vn"


def test_hosts_are_split_by_the_public_suffix_list() -> None:
    assert split_host("cong.tinhmau.com.vn") == (("cong",), "tinhmau", "com.vn")
    assert split_host("mau.docx") == (("mau",), "", "")


@pytest.mark.parametrize("host", ["zаlo.me", "załо.me", "ｚａｌｏ.me", "zạlo.me", "zalо.me"])
def test_letters_that_look_alike_are_made_plain(host: str) -> None:
    assert in_latin(host) == "zalo.me"


def test_a_defanged_address_is_short_and_cannot_be_clicked() -> None:
    assert defang("https://a:b@zaIo.me/g/abc?ten=mau#x") == "hxxps://zaio[.]me/g/abc"
    assert defang("javascript:alert(1)") == "javascript:…"
    assert len(defang("https://mau.top/" + "a" * 500)) == 80
