"""Files of everyday kinds in an office: name and content. Nothing may be found in them."""

from tests.zoo import makers as make
from zalo_governor.domain.attachments import NotChecked

_WORD, _SHEET, _PDF = make.word(), make.sheet(), make.pdf()
_JPG, _PNG = make.picture("JPEG"), make.picture("PNG")
_SLIDES = make.ooxml(
    "ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
)
_TEMPLATE = make.ooxml(
    "word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
)
_TEXT = "Kính gửi: Ủy ban nhân dân xã Mẫu\nNội dung họp lúc 8 giờ.\n".encode()
_HOW_TO = "Mở cửa sổ lệnh, gõ:\n@echo off\npowershell Start-Process notepad\n$a = 1\n".encode()
_EXPORTED = b"<html><head><meta charset='utf-8'></head><body><table><tr><td>So lieu</td></tr></table></body></html>"
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
_CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Hop\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
_CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Can bo Mau\r\nEND:VCARD\r\n"
_LINK = b"/Annots[<</Type/Annot/Subtype/Link/A<</S/URI/URI(https://mau.example)>>>>]"
_LINKED_PDF = make.pdf().replace(b"/MediaBox", _LINK + b"/MediaBox")

ROWS = (
    ("Công văn số 12.docx", _WORD),
    ("ban.tin.v1.2.docx", _WORD),
    ("KH 12.3.docx", _WORD),
    ("Báo cáo quý I..docx", _WORD),
    ("Dự thảo (bản cuối).docx", _WORD),
    ("mau.dotx", _TEMPLATE),
    ("danh-sach-xa.xlsx", _SHEET),
    ("so.lieu.2026.xlsx", _SHEET),
    ("trinh-chieu.pptx", _SLIDES),
    ("Bai.giang.pptx", _SLIDES),
    ("van-ban.odt", make.open_document("text")),
    ("bang.ods", make.open_document("spreadsheet")),
    ("slide.odp", make.open_document("presentation")),
    ("cu.doc", make.ole({"WordDocument": b"x", "1Table": b"y"})),
    ("cu.xls", make.ole({"Workbook": b"x"})),
    ("cu.ppt", make.ole({"PowerPoint Document": b"x"})),
    ("thu.msg", make.ole({"__properties_version1.0": b"x"})),
    ("moi-nhung-ten-cu.doc", _WORD),
    ("ten-moi-nhung-cu.docx", make.ole({"WordDocument": b"x"})),
    ("xuat-tu-phan-mem.xls", _EXPORTED),
    ("xuat-tu-phan-mem.doc", _EXPORTED),
    ("bang-csv.xls", b"STT,Ten\n1,Mau\n2,Mau\n"),
    ("thu-cu.doc", make.rtf()),
    ("thu.rtf", make.rtf()),
    ("KH 12.3.pdf", _PDF),
    ("so.lieu.xlsx.pdf", _PDF),
    ("cong-van.signed.pdf", _PDF),
    ("lien-ket.pdf", _LINKED_PDF),
    ("QĐ.123.UBND.pdf", _PDF),
    ("ten-khong-duoi", _PDF),
    ("1.PDF", _PDF),
    ("bao cao    thang.pdf", _PDF),
    ("www.mau.gov.vn.pdf", _PDF),
    ("IMG_2026.jpg", _JPG),
    ("anh.jpeg", _JPG),
    ("man-hinh.png", _PNG),
    ("png-ten-jpg.jpg", _PNG),
    ("jpg-ten-png.png", _JPG),
    ("anh-khong-duoi", _JPG),
    ("dong.gif", make.picture("GIF")),
    ("quet.tif", make.picture("TIFF")),
    ("hinh.bmp", make.picture("BMP")),
    ("hinh.webp", make.picture("WEBP")),
    ("hinh.ico", make.picture("ICO")),
    ("IMG_0001.HEIC", make.heif(b"heic")),
    ("hinh.avif", make.heif(b"avif")),
    ("heic-ten.jpg", make.heif(b"heic")),
    ("so-do.svg", _SVG),
    ("anh-dong.jpg", _JPG + make.mp4()),
    ("gia-dinh \U0001f468\u200d\U0001f469\u200d\U0001f467.jpg", _JPG),
    ("ho-so.zip", make.zipped({"cong-van.docx": _WORD, "anh/1.jpg": _JPG, "KH 12.3.pdf": _PDF})),
    ("ho-so-zip-long.zip", make.nested_zip(2, {"a.docx": _WORD})),
    ("rong.zip", make.zipped({})),
    ("ho-so.7z", make.seven_zipped({"cong-van.docx": _WORD, "danh-sach.xlsx": _SHEET})),
    ("ho-so.rar", make.rar({"cong-van.docx": _WORD, "anh.png": _PNG})),
    ("ho-so.tar", make.tarred({"a.txt": _TEXT})),
    ("ho-so.tar.gz", make.tarred({"a.txt": _TEXT, "b/c.pdf": _PDF}, "gz")),
    ("ho-so.tgz", make.tarred({"a.txt": _TEXT}, "gz")),
    ("ho-so.tar.bz2", make.tarred({"a.txt": _TEXT}, "bz2")),
    ("ho-so.txz", make.tarred({"a.txt": _TEXT}, "xz")),
    ("so-lieu.csv.gz", make.gzipped(b"a,b\n1,2\n")),
    ("lien-ket-trong.tar", make.tar_with_link("a.txt")),
    ("ghi-chu-hop.txt", _TEXT),
    ("ghi-chu-utf16.txt", _TEXT.decode().encode("utf-16")),
    ("ghi-chu-tcvn3.txt", b"K\xddnh g\xabi x\xb7 M\xc9u\n"),
    ("huong-dan-may-tinh.txt", _HOW_TO),
    ("rong.txt", b""),
    ("MZ.txt", b"MZ la hai chu cai dau.\n" * 5),
    ("danh-sach.csv", b"STT,Ten,Xa\n1,A,Mau\n2,B,Mau\n"),
    ("so-cong-van.csv", "Số;Trích yếu;Độ mật\n1;Làm đường;Thường\n2;Làm kè;\n".encode()),
    ("dan-so.txt", "MẬT ĐỘ DÂN SỐ: 412 người/km2".encode()),
    ("lien-he.txt", "Vào https://tinhmau.gov.vn, họp ở https://zoom.us/j/1, nhóm zalo.me/g/mau".encode()),
    ("hop mat.docx", _WORD),
    ("cccd 2 mat.jpg", _JPG),
    ("du-lieu.json", b'{"xa": "Mau", "so": [1, 2, 3]}'),
    ("du-lieu.xml", b'<?xml version="1.0"?><bang><dong/></bang>'),
    ("trang-tin.html", b"<!DOCTYPE html><html><head><script>var a = 1;</script></head><body>Xin chao</body></html>"),
    ("README.md", b"# Huong dan\n\n    powershell -c dir\n"),
    ("cau-hinh.ini", b"[a]\nb=1\n"),
    ("lich.ics", _CALENDAR),
    ("danh-ba.vcf", _CARD),
    ("thu.eml", make.mail()),
    ("thu-khong-dau.eml", b"X-Mau: 1\r\nFrom: a@mau.example\r\n\r\nx"),
    ("chu-ky.p7s", make.signature()),
    ("van-ban.docx.p7m", make.signature()),
    ("nhac.mp3", make.mp3()),
    ("ghi-am.m4a", make.mp4(b"M4A ")),
    ("ghi-am.wav", make.sound()),
    ("quay-hop.mp4", make.mp4()),
    ("phim.mov", make.mp4(b"qt  ")),
    ("ban-ve.dwg", b"AC1032" + bytes(200)),
    ("phong.ttf", make.font()),
    ("trang-web.url", b"[InternetShortcut]\r\nURL=https://mau.example/\r\n"),
    ("sach.epub", make.zipped({"mimetype": b"application/epub+zip", "META-INF/container.xml": b"<container/>"}, 0)),
    ("phan-mem-goi.zip", make.zipped({"css/a.css": b"a{}", "trang.html": b"<html>x</html>"})),
    ("anh.2026.11.02.jpg", _JPG),
)

NOT_READ = {
    "cu.doc": NotChecked.DAMAGED,
    "ten-moi-nhung-cu.docx": NotChecked.DAMAGED,
    "ban-ve.dwg": NotChecked.UNKNOWN_TYPE,
    "hinh.ico": NotChecked.UNKNOWN_TYPE,
    "IMG_0001.HEIC": NotChecked.UNKNOWN_TYPE,
    "hinh.avif": NotChecked.UNKNOWN_TYPE,
    "heic-ten.jpg": NotChecked.UNKNOWN_TYPE,
    "chu-ky.p7s": NotChecked.UNKNOWN_TYPE,
    "van-ban.docx.p7m": NotChecked.UNKNOWN_TYPE,
    "nhac.mp3": NotChecked.AUDIO,
    "ghi-am.m4a": NotChecked.AUDIO,
    "ghi-am.wav": NotChecked.AUDIO,
    "quay-hop.mp4": NotChecked.VIDEO,
    "phim.mov": NotChecked.VIDEO,
}
"""Those of which a scan has to say that it cannot read them; the two documents have no pages."""
