import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.zoo import makers as make
from tests.zoo.files import files
from zalo_governor.sandbox.attachments.identify import Family, identify

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MACRO = "application/vnd.ms-word.document.macroEnabled.12"


@pytest.mark.parametrize(
    ("content", "mime", "family"),
    [
        (make.word(), WORD, Family.DOCUMENT),
        (
            make.ooxml("word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml"),
            MACRO,
            Family.DOCUMENT,
        ),
        (make.sheet(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Family.DOCUMENT),
        (make.open_document("text"), "application/vnd.oasis.opendocument.text", Family.DOCUMENT),
        (make.ole({"WordDocument": b"x"}), "application/msword", Family.DOCUMENT),
        (make.ole({"EncryptedPackage": b"x"}), "application/x-ooxml-encrypted", Family.DOCUMENT),
        (make.ole({"x": b"x"}, make.MSI_CLASS), "application/x-msi", Family.PROGRAM),
        (make.pdf(), "application/pdf", Family.DOCUMENT),
        (make.rtf(), "application/rtf", Family.DOCUMENT),
        (make.picture("JPEG"), "image/jpeg", Family.PICTURE),
        (make.heif(b"heic"), "image/heic", Family.PICTURE),
        (make.heif(b"avif"), "image/avif", Family.PICTURE),
        (make.mp3(), "audio/mpeg", Family.AUDIO),
        (make.mp4(), "video/mp4", Family.VIDEO),
        (make.font(), "font/sfnt", Family.FONT),
        (make.mail(), "message/rfc822", Family.MAIL),
        (make.signature(), "application/pkcs7-mime", Family.SIGNED),
        (make.iso(), "application/x-raw-disk-image", Family.DISK_IMAGE),
        (make.zipped({"a.txt": b"x"}), "application/zip", Family.ARCHIVE),
        (make.rar({"a.txt": b"x"}), "application/vnd.rar", Family.ARCHIVE),
        (make.tarred({"a.txt": b"x"}), "application/x-tar", Family.ARCHIVE),
        (b"", "application/x-empty", Family.EMPTY),
        ("Kính gửi".encode(), "text/plain", Family.TEXT),
        (b"K\xddnh g\xabi x\xb7 M\xc9u\n", "text/plain", Family.TEXT),
        (bytes(range(256)) * 4, "application/octet-stream", Family.UNKNOWN),
    ],
)
def test_the_type_is_that_of_the_content(content: bytes, mime: str, family: Family) -> None:
    for name in ("tep", "tep.bin"):
        assert identify(content, name)[:2] == (mime, family)


def test_a_broken_zip_is_a_zip() -> None:
    assert identify(make.word()[:400], "a.docx").mime == "application/zip"


@settings(max_examples=50, deadline=None)
@given(some.binary(max_size=2000), some.text(max_size=40))
def test_random_bytes_do_no_harm(content: bytes, name: str) -> None:
    identify(content, name)


def test_cut_and_changed_files_do_no_harm() -> None:
    for file in files():
        for content in (file.content[: len(file.content) // 2], file.content[:60], file.content[::-1]):
            identify(content, file.name)


@pytest.mark.parametrize(
    "content",
    [
        b"MZ" * (5 << 20),
        b"%PDF-1.4\n" + b"MZ" * (5 << 20),
        b"<script " * (1 << 20),
        b"PK\x01\x02" * (2 << 20),
        b" " * (10 << 20),
    ],
    ids=["programs", "programs in a PDF", "tags", "directory", "blanks"],
)
def test_a_large_file_takes_seconds_at_most(content: bytes) -> None:
    """Work that grows with the square of the size would take hours; libmagic takes a second for its first part."""
    began = time.process_time()
    for name in ("a.pdf", "a.url"):
        identify(content, name)
    assert time.process_time() - began < 20
