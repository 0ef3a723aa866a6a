import pytest

from zalo_governor.text.file_names.danger import Danger, merge
from zalo_governor.text.file_names.names import check_name, check_path, extension


def labels(name: str) -> set[str]:
    return {danger.label for danger in check_name(name)}


@pytest.mark.parametrize(
    "name",
    [
        "ban.tin.v1.2.docx",
        "KH 12.3.pdf",
        "so.lieu.xlsx.pdf",
        "Báo cáo quý I..docx",
        "Kế hoạch...",
        "ho-so.tar.gz",
        "www.mau.gov.vn.pdf",
        "a" * 300 + ".docx",
        ".gitignore",
        "Số 12.Đề án",
        "",
        "gia-dinh \U0001f468\u200d\U0001f469.jpg",
    ],
)
def test_an_everyday_name_is_clean(name: str) -> None:
    assert check_name(name) == []


def test_a_script_of_a_web_page_has_no_double_extension() -> None:
    assert labels("jquery.min.js") == {"script"}
    assert labels("trang.html.js") == {"script"}


def test_the_end_of_a_site_is_not_certainly_a_program() -> None:
    assert check_name("ho-so mau@mail.com") == [Danger("executable", certain=False)]


@pytest.mark.parametrize("blanks", [" " * 5, "\u00a0" * 8, "\u3000" * 5, "\t" * 6])
def test_blanks_hide_the_extension(blanks: str) -> None:
    assert "hidden_name" in labels(f"a.pdf{blanks}.exe")


@pytest.mark.parametrize("mark", ["\u202e", "\u202d", "\u202b", "\u2067"])
def test_a_mark_that_turns_the_order_is_certain(mark: str) -> None:
    assert Danger("hidden_name", certain=True) in check_name(f"cong{mark}fdp.docx")


def test_the_extension_is_what_the_system_takes() -> None:
    assert extension("thu-muc.exe/a.PDF") == "pdf"
    assert extension("a.exe. . ") == "exe"
    assert extension("a.e\u200bxe") == "exe"
    assert extension("a.\u0435\u0445\u0435") == "exe"
    assert extension("khong-duoi") == ""
    assert extension("C:\\a\\b.docx") == "docx"


@pytest.mark.parametrize("path", ["../a", "a/../../b", "..\\a", "C:\\..\\a", "a.txt:..\\..\\b.exe"])
def test_a_path_out_of_the_folder_is_certain(path: str) -> None:
    assert check_path(path) == [Danger("path_escape", certain=True)]


@pytest.mark.parametrize("path", ["a/b.docx", "a..b/c", "...", "thu muc/tep..pdf"])
def test_a_path_inside_the_folder_is_clean(path: str) -> None:
    assert check_path(path) == []


def test_the_certain_one_of_two_dangers_stays() -> None:
    assert merge([Danger("a", certain=False), Danger("a", certain=True), Danger("a", certain=False)]) == [
        Danger("a", certain=True)
    ]
