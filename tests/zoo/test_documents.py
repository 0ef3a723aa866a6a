"""Marks of secrecy are found wherever they stand in a document; everyday documents that speak of secrecy are not."""

import time
from functools import cache

import pytest

from tests.zoo import makers as make
from tests.zoo.everyday import close_documents, documents
from tests.zoo.marks import ROWS, Marked
from tests.zoo.scanning import not_checked, scan
from zalo_governor.domain.attachments import NotChecked, ScanFinding, ScanResult
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.checks.classified import ClassifiedRule
from zalo_governor.sandbox.attachments.contents import LimitError
from zalo_governor.sandbox.attachments.document_topics import paragraphs

EVERYDAY = list(documents())


@cache
def scan_once(file: Marked) -> ScanResult:
    return scan(file.content, file.name)


def told(result: ScanResult) -> list[ScanFinding]:
    """The findings about which somebody is told."""
    return [finding for finding in result.findings if finding.severity is not Severity.SUSPECT]


@pytest.mark.parametrize("file", ROWS, ids=lambda file: file.name)
def test_a_mark_is_found_with_its_level(file: Marked) -> None:
    result = scan_once(file)
    found = [(finding.clause, finding.level, finding.page) for finding in told(result)]
    assert found == [("4.1", file.level, file.page)]
    assert not not_checked(result)


def test_nearly_every_mark_is_certain() -> None:
    certain = [file.name for file in ROWS if scan_once(file).seals]
    assert len(certain) >= len(ROWS) * 0.9


def test_an_everyday_document_is_no_secret() -> None:
    looks = 0
    for name, content in EVERYDAY:
        result = scan(content, name)
        assert not [finding for finding in told(result) if finding.label != "look"], name
        assert not not_checked(result)
        looks += bool(told(result))
    assert len(EVERYDAY) >= 60
    assert looks <= len(EVERYDAY) * 0.02


def test_a_document_close_to_secrecy_is_no_secret_and_seldom_shown_to_an_admin() -> None:
    found = [told(scan(content, name)) for name, content in close_documents()]
    assert not [finding for findings in found for finding in findings if finding.label != "look"]
    assert len([findings for findings in found if findings]) <= len(found) // 8


STATE_SECRETS = "Tài liệu này là bí mật nhà nước, giao nhận theo quy định về bảo vệ bí mật nhà nước."
SECRETS = (
    ("toi_mat", f"TỐI MẬT\nKẾ HOẠCH GIẢ ĐỊNH\nBảo vệ mục tiêu A. {STATE_SECRETS}"),
    ("mat", f"SỞ GIẢ ĐỊNH\tCỘNG HÒA\nMẬT\tĐộc lập\nSố liệu GIẢ ĐỊNH. {STATE_SECRETS}"),
    ("tuyet_mat", f"BÁO CÁO GIẢ ĐỊNH\nĐộ mật: Tuyệt mật\nĐàm phán giả định. {STATE_SECRETS}"),
    ("mat", "MẬT\nDANH SÁCH HỘ NUÔI ONG LẤY MẬT\nMật ong, mật mía (GIẢ ĐỊNH)"),
)


@pytest.mark.parametrize(("level", "text"), SECRETS)
def test_a_mark_counts_whatever_the_document_is_about(level: str, text: str) -> None:
    result = scan(text.encode(), "van-ban.txt")
    assert result.seals
    assert level in {finding.level for finding in told(result)}


@pytest.mark.parametrize(
    "mark",
    [
        "MẬT (Bản số 02)", "TỐI MẬT Số: 12/KH-UBND", "ĐỘ MẬT: TUYỆT MẬT. BẢN SỐ 03", "SỞ GIẢ ĐỊNH\tMẬT (Bản số: 1)",
        "M Ậ T", "T U Y Ệ T  M Ậ T", "Mật", "MËT",
    ],
)  # fmt: skip
def test_a_mark_with_a_number_behind_it_or_spelt_otherwise_counts_in_a_document_on_state_secrets(mark: str) -> None:
    assert scan(f"{mark}\nKẾ HOẠCH GIẢ ĐỊNH\n{STATE_SECRETS}".encode(), "van-ban.txt").seals


@pytest.mark.parametrize(
    "heading", ["MẬT (Bản số 1)\nTỐI MẬT (Bản số 2)", "Tuyệt mật\nTối mật\nMật", "Mật: 12", "MẬT SỐ LƯỢNG"]
)
def test_different_marks_or_words_behind_one_are_what_the_document_is_about(heading: str) -> None:
    assert not scan(f"{heading}\nBÁO CÁO GIẢ ĐỊNH\n{STATE_SECRETS}".encode(), "van-ban.txt").seals


def test_a_text_of_short_lines_takes_time_linear_in_its_length() -> None:
    began = time.process_time()
    assert len(list(paragraphs("TUYỆT MẬT\n" + "ab cd\n" * 300_000))) == 1
    assert time.process_time() - began < 10


def test_what_was_read_till_the_clock_ran_out_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    inspect, last = ClassifiedRule.inspect, "Đoạn cuối cùng."

    def inspect_the_first(rule: ClassifiedRule, text: str) -> Finding | None:
        if text == last:
            raise LimitError("seconds")
        return inspect(rule, text)

    monkeypatch.setattr(ClassifiedRule, "inspect", inspect_the_first)
    result = scan(f"TUYỆT MẬT\nKẾ HOẠCH GIẢ ĐỊNH.\n{'Đoạn giữa. ' * 60}\n{last}".encode(), "van-ban.txt")
    assert {finding.level for finding in told(result)} == {"tuyet_mat"}
    assert NotChecked.TIMED_OUT in result.not_checked


def test_a_flood_of_pictures_does_not_hide_a_program() -> None:
    picture = make.picture("PNG")
    parts = {f"word/media/{number}.png": picture + bytes([number]) for number in range(70)}
    content = make.ooxml(
        "word/document.xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        {**parts, "word/embeddings/oleObject1.bin": make.pe()},
    )
    result = scan(content, "cong-van.docx")
    assert "executable" in {finding.label for finding in told(result)}
    assert NotChecked.LIMIT in result.not_checked
