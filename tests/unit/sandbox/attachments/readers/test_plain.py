"""Texts, pages, XML files and e-mails are read in every encoding of Vietnamese offices."""

import email.message

import pytest

from tests.unit.sandbox.attachments.readers.documents import places
from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.contents import Budget
from zalo_governor.sandbox.attachments.readers import mail, markup, plain, reader_for
from zalo_governor.sandbox.attachments.readers.collector import collect

MARK = "TÀI LIỆU GIẢ ĐỊNH"
CP1258 = "TÀI LIÊ\u0323U GIA\u0309 ĐI\u0323NH"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_decoded(encoding: str) -> None:
    text = f"{MARK} của tỉnh Mẫu, dòng thứ nhất"
    assert places(collect(plain.read, text.encode(encoding), Budget()), MARK) == {"body"}


def test_windows_1258_is_decoded_and_tcvn3_stays() -> None:
    contents = collect(plain.read, CP1258.encode("cp1258"), Budget())
    assert places(contents, CP1258)
    tcvn3 = "Tµi liÖu gi¶ ®Þnh"
    assert places(collect(plain.read, tcvn3.encode("cp1252"), Budget()), tcvn3)


def test_a_page_is_read_without_its_scripts() -> None:
    page = f"""<html><head><title>{MARK} 1</title><script>var x = "{MARK} 2"</script></head><body><!-- {MARK} 3 -->
    <p>TÀI LIỆU <b>GIẢ</b> ĐỊNH 4</p><img alt="{MARK} 5" src="https://mau.example/a.png">
    <a href="https://mau.example/b">x</a><p style="display:none">{MARK} 6</p></body></html>"""
    contents = collect(markup.read_html, page.encode(), Budget())
    for number in (1, 3, 4, 5, 6):
        assert places(contents, f"{MARK} {number}"), number
    assert not places(contents, f"{MARK} 2")
    assert set(contents.links) == {"https://mau.example/a.png", "https://mau.example/b"}


@pytest.mark.parametrize("meta", ["", '<meta charset="windows-1258">'])
def test_a_page_in_windows_1258_is_read(meta: str) -> None:
    assert places(collect(markup.read_html, f"<html>{meta}<p>{CP1258}</p>".encode("cp1258"), Budget()), CP1258)


def test_a_drawing_is_read() -> None:
    drawing = '<svg xmlns:l="l"><text>TÀI LIỆU <tspan>GIẢ</tspan> ĐỊNH</text><a l:href="https://mau.example/"/></svg>'
    contents = collect(markup.read_xml_file, drawing.encode(), Budget())
    assert places(contents, MARK) == {"body"}
    assert contents.links == ["https://mau.example/"]


def test_a_picture_in_a_page_comes_out() -> None:
    contents = collect(markup.read_html, b'<img src="data:image/png;base64,iVBORw0KGgoAAAA=">', Budget())
    assert contents.pictures[0].content.startswith(b"\x89PNG")


def test_an_e_mail_is_read_with_its_attachments() -> None:
    message = email.message.EmailMessage()
    message["Subject"] = f"{MARK} tiêu đề"
    message["From"] = "Văn thư <vanthu@mau.example>"
    message.set_content(f"{MARK} nội dung")
    message.add_alternative(f"<p>{MARK}</p>", subtype="html")
    message.add_attachment(b"PK", maintype="application", subtype="zip", filename="tệp.zip")
    contents = collect(mail.read, message.as_bytes(), Budget())
    assert places(contents, f"{MARK} tiêu đề") == {"header"}
    assert places(contents, f"{MARK} nội dung") == {"body"}
    assert [item.name for item in contents.inner] == ["part.html", "tệp.zip"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_every_mail_of_a_mailbox_is_read(end: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    mails = []
    for number in range(3):
        message = email.message.EmailMessage()
        message["Subject"] = f"{MARK} thư {number}"
        message.set_content("Kính gửi\n\nFrom trang một đến trang hai")
        message.add_attachment(b"PK", maintype="application", subtype="zip", filename=f"{number}.zip")
        mails.append(b"From van.thu@mau.example Mon Jan  6 08:00:00 2025\n" + message.as_bytes() + b"\n")
    mailbox = b"".join(mails).replace(b"\n", end)
    contents = collect(mail.read, mailbox, Budget())
    assert [item.name for item in contents.inner] == ["0.zip", "1.zip", "2.zip"]
    assert not contents.not_checked
    assert all(places(contents, f"{MARK} thư {number}") for number in range(3))
    monkeypatch.setattr(mail, "_MOST_PARTS", 4)
    assert NotChecked.LIMIT in collect(mail.read, mailbox, Budget()).not_checked
    cut = mailbox.replace(b"From trang", b"From trang" + end + b"Muc: ")
    assert NotChecked.DAMAGED in collect(mail.read, cut, Budget()).not_checked


@pytest.mark.parametrize(
    ("mime", "module"),
    [
        ("application/pdf", "pdf"),
        ("text/plain; charset=utf-8", "plain"),
        ("text/csv", "plain"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "ooxml"),
        ("application/vnd.ms-word.document.macroEnabled.12", "ooxml"),
        ("application/vnd.ms-excel", "legacy"),
        ("application/vnd.oasis.opendocument.text", "odf"),
        ("text/rtf", "rtf"),
        ("image/svg+xml", "markup"),
        ("message/rfc822", "mail"),
    ],
)
def test_each_type_has_its_reader(mime: str, module: str) -> None:
    reader = reader_for(mime)
    assert reader is not None
    assert reader.__module__.endswith(module)


@pytest.mark.parametrize("mime", ["video/mp4", "application/zip", "application/octet-stream", ""])
def test_other_types_have_none(mime: str) -> None:
    assert reader_for(mime) is None


@pytest.mark.parametrize("line", ["=cmd|' /C echo'!A0", "a,b,\"+cmd | '/c dir' !A1\"", "\t@SUM|'x'!B2"])
def test_a_formula_that_starts_a_program_is_a_danger(line: str) -> None:
    assert [danger.label for danger in collect(plain.read, line.encode(), Budget()).dangers] == ["dde"]


@pytest.mark.parametrize("line", ["+84 | 'so dien thoai'", "=A1+B2", "a | b | c!", "-5|'x'", "Họp 8|30' sáng!"])
def test_a_table_of_figures_is_none(line: str) -> None:
    assert collect(plain.read, line.encode(), Budget()).dangers == []


def test_what_was_read_when_the_time_is_over_counts() -> None:
    clock = iter([0.0, *[2.0] * 9])
    contents = collect(plain.read, MARK.encode(), Budget(seconds=1.0, clock=lambda: next(clock)))
    assert [part.text for part in contents.texts] == [MARK]
    assert contents.not_checked == {NotChecked.LIMIT}
