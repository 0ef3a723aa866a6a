"""Vietnamese words for kinds of files, by MIME type; people never read the type itself."""

import re

_KINDS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"image/vnd\.(dwg|dxf)", "bản vẽ kỹ thuật"),
        (r"image/", "ảnh"),
        (r"audio/", "tệp âm thanh"),
        (r"video/", "tệp video"),
        (r"font/", "phông chữ"),
        (r"application/pdf", "tệp PDF"),
        (r".*(excel|spreadsheet|sheet\.)|text/csv|application/csv", "bảng tính"),
        (r".*(powerpoint|presentation)", "tệp trình chiếu"),
        (r".*(msword|ms-word|wordprocessing|opendocument\.text|/rtf)", "văn bản Word"),
        (r".*(outlook|rfc822|multipart|mbox|mimearchive)", "thư điện tử"),
        (r"application/(vnd\.(openxml|ms-office|oasis|visio)|x-ole|x-ooxml|cdfv2|onenote|x-mspub)", "tệp Office"),
        (r".*(dosexec|x-elf|mach-binary|x-msi|android|java-a|x-dex|htmlhelp|appx|x-ios-app)", "tệp chương trình"),
        (r".*(zip|rar|7z|tar|bzip|/x-xz|zstd|cab-|compress|archive)", "tệp nén"),
        (r".*html", "trang web"),
        (r".*(/xml|json)", "tệp dữ liệu"),
        (r".*(script|powershell|/hta|shellscript|x-python|regedit|msdos-batch)", "tệp chứa mã lệnh"),
        (r".*(shortcut|mswinurl|x-desktop)", "tệp lối tắt"),
        (r".*disk-image", "tệp ảnh đĩa"),
        (r".*(pkcs7|pgp|encrypted)", "tệp có chữ ký hoặc mã hóa"),
        (r"application/x-empty", "tệp rỗng"),
        (r"text/", "tệp văn bản"),
    )
)
_OTHER = "loại tệp khác"


def kind_in_words(mime: str) -> str:
    """Return what kind of file has this MIME type, in Vietnamese, such as "bảng tính" (spreadsheet)."""
    return next((words for pattern, words in _KINDS if pattern.match(mime)), _OTHER)
