"""What is wrong with a YAML file is said in Vietnamese, with file and line; numbers of documents stay as written."""

from pathlib import Path

import pytest

from zalo_governor.config.yaml_file import load_yaml
from zalo_governor.domain.errors import ConfigError


def said(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        load_yaml(path)
    return str(error.value)


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"a:\n\tb: 1\n", 2, "phím Tab"),
        (b"a: 1\n\tb: 2\n", 2, "phím Tab"),
        (b"a: |\n\tx\n", 2, "phím Tab"),
        (b"a: x: y\n", 1, "dấu hai chấm thừa"),
        (b"a: 1\n b: 2\n", 2, "thụt vào sai"),
        (b"a: 1\nb: @x\n", 2, "đặt trong ngoặc kép"),
        (b"a: *x\n", 1, "dấu *"),
        (b"a: 'x\nb: 1\n", 3, "mở ở dòng 1 chưa được đóng"),
        (b'a:\n  b: "x\n  c: 1\nd: "17:00"\n', 4, "mở ở dòng 2 chưa được đóng"),
        (b'a: ["x, y]\nb: 1\nc: "z"\n', 3, "mở ở dòng 1 chưa được đóng"),
        (b"a: [1\nb: 2\n", 2, "dấu đóng ngoặc"),
        (b"a:\n  - b\n c\n", 3, "không bằng các dòng cùng mục"),
        (b'a: "\\q"\n', 1, "viết hai lần"),
        (b"a: 1\nb: \x07\n", 2, "ký tự điều khiển"),
        (b"a: 1\nb: \xff\n", 2, "UTF-8"),
        (b"a: 1\nb:\n  c: 2026-13-45\n", 3, "b.c: 2026-13-45 không có trong lịch"),
        (
            b"a: 1\nb: {c: 1.000}\n",
            2,
            "số từ một nghìn trở lên thì viết liền: 1000",
        ),
    ],
)
def test_what_is_wrong_is_said_in_vietnamese_with_file_and_line(
    tmp_path: Path, content: bytes, line: int, words: str
) -> None:
    path = tmp_path / "governor.yaml"
    text = said(path, content)
    assert text.startswith(f"{path}:{line}: ")
    assert words in text
    assert not any(english in text for english in ("found", "expected", "allowed", "codec", "month must", "could not"))


def test_a_number_that_begins_with_zero_stays_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "tra-loi.yaml"
    path.write_text("number: 01\nother: 010\nport: 8377\nnone: 0\n", encoding="utf-8")
    assert load_yaml(path).data == {"number": "01", "other": "010", "port": 8377, "none": 0}
