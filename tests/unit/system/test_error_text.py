"""What is said of wrong values and of the system's refusals: Vietnamese, with the limit, without the value."""

import errno
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from zalo_governor.domain.people import Role
from zalo_governor.system.error_text import of_system, of_value


class Inner(BaseModel):
    name: str


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (str, 7_001, "phải là chữ; hãy đặt giá trị trong ngoặc kép"),
        (int, "7001x", "phải là số nguyên"),
        (int, 7.5, "phải là số nguyên"),
        (float, "7001x", "phải là số"),
        (bool, "7001x", "phải là true hoặc false"),
        (Annotated[int, Field(ge=1)], 0, "phải từ 1 trở lên"),
        (Annotated[int, Field(le=65535)], 70_017, "phải từ 65535 trở xuống"),
        (Annotated[float, Field(gt=0)], 0, "phải lớn hơn 0"),
        (Annotated[float, Field(lt=9)], 70_017, "phải nhỏ hơn 9"),
        (Annotated[str, Field(min_length=1)], "", "không được để trống"),
        (Annotated[tuple[str, ...], Field(min_length=2)], ["x7001x"], "phải có ít nhất 2 phần tử"),
        (Literal["mon", "tue", "wed"], "x7001x", "phải là một trong: mon, tue, wed"),
        (Role, "x7001x", "phải là một trong: leader, "),
        (time, "x7001x", "phải là giờ và phút trong ngoặc kép"),
        (date, "x7001x", "phải là ngày"),
        (tuple[str, ...], "x7001x", "phải là danh sách"),
        (dict[str, str], "x7001x", "phải gồm những dòng `mục: giá trị`"),
        (Inner, "x7001x", "phải gồm những dòng `mục: giá trị`"),
        (Path, 7_001, "phải là đường dẫn"),
        (Annotated[str, Field(pattern=r"^\d+$")], "x7001x", "phải là dãy chữ số"),
        (Annotated[str, Field(pattern="^a$")], "x7001x", "không đúng dạng cần có: ^a$"),
    ],
)
def test_a_wrong_value_is_answered_with_what_it_must_be(kind: Any, value: object, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    answer = of_value(caught.value.errors()[0])
    assert answer.startswith(said)
    assert "7001x" not in answer


def test_the_system_s_reasons_have_words_and_an_unknown_one_keeps_its_own() -> None:
    assert of_system(OSError(errno.ENOSPC, "No space left on device")) == "ổ đĩa đã đầy"
    assert of_system(OSError(errno.EXDEV, "Invalid cross-device link")) == "Invalid cross-device link"
