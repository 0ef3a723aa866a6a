"""The sample files are what they say, checked by other programs' readers."""

import io
import zipfile

import pikepdf
import pytest
from PIL import Image

from zalo_governor.simulator import samples
from zalo_governor.simulator.samples import SAMPLES


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_small_and_always_the_same(name: str) -> None:
    content = SAMPLES[name]()
    assert 0 < len(content) < 1_000_000
    assert SAMPLES[name]() == content or name == "stamped_scan"  # a PDF of PIL has the time in it


def test_the_clean_pdf_has_text() -> None:
    with pikepdf.open(io.BytesIO(samples.clean_pdf())) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert b"tinh Mau" in pdf.pages[0].Contents.read_bytes()


@pytest.mark.parametrize("name", ["stamped_photo", "clean_picture"])
def test_only_the_stamped_photo_is_red(name: str) -> None:
    picture = Image.open(io.BytesIO(SAMPLES[name]()))
    assert picture.format == "JPEG"
    colours = picture.convert("RGB").getcolors(picture.width * picture.height)
    assert colours is not None
    red = sum(count for count, colour in colours if isinstance(colour, tuple) and colour[0] > 2 * max(colour[1:]))
    assert (red > 2000) is (name == "stamped_photo")


def test_the_scan_is_a_page_that_is_a_picture() -> None:
    with pikepdf.open(io.BytesIO(samples.stamped_scan())) as pdf:
        assert [len(page.get_images()) for page in pdf.pages] == [1]


def test_the_encrypted_archive_opens_with_its_password_alone() -> None:
    archive = zipfile.ZipFile(io.BytesIO(samples.encrypted_archive()))
    with pytest.raises(RuntimeError, match="encrypted"):
        archive.read("bao-cao.txt")
    assert "tỉnh Mẫu" in archive.read("bao-cao.txt", pwd=b"gia-dinh").decode()


def test_the_macro_document_has_a_macro_project() -> None:
    archive = zipfile.ZipFile(io.BytesIO(samples.macro_document()))
    olefile = pytest.importorskip("olefile")
    with olefile.OleFileIO(archive.read("word/vbaProject.bin")) as project:
        assert project.parsing_issues == []
        assert ["PROJECT"] in project.listdir()
        assert {tuple(path) for path in project.listdir()} >= {("VBA", "dir"), ("VBA", "ThisDocument")}
        assert b"Attribut" in project.openstream("VBA/ThisDocument").read()
    assert "word/vbaProject.bin" not in zipfile.ZipFile(io.BytesIO(samples.clean_document())).namelist()


def test_the_virus_is_the_test_file_of_eicar() -> None:
    assert len(samples.eicar()) == 68
    assert zipfile.ZipFile(io.BytesIO(samples.eicar_archive())).read("eicar.com") == samples.eicar()
    assert samples.program().startswith(b"MZ")
