"""What the leader may type, and what must never count as a yes."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.features.desk import CONFIG
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.group_changes import ChangeKind
from zalo_governor.messaging.change_vocabulary import ChangeVocabulary, Wanted

WORDS = ChangeVocabulary.load(CONFIG / "thay-doi-nhom.yaml")


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("đổi tên nhóm", Wanted(ChangeKind.NAME)),
        ("DOI TEN NHOM", Wanted(ChangeKind.NAME)),
        ("cho phép đổi tên nhóm trong 2 giờ", Wanted(ChangeKind.NAME, "", timedelta(hours=2))),
        ("đổi ảnh đại diện trong 3 ngày", Wanted(ChangeKind.PICTURE, "", timedelta(days=3))),
        ("chỉ quản trị được ghim", Wanted(ChangeKind.SETTING, "setTopicOnly")),
        ("cài đặt nhóm trong 90 phút", Wanted(ChangeKind.SETTING, "", timedelta(minutes=90))),
        ("thêm phó nhóm", Wanted(ChangeKind.ADMIN)),
        ("mọi thay đổi trong 1 tuần", Wanted(None, "", timedelta(weeks=1))),
        ("đổi tên nhóm thành Điều hành tỉnh Mẫu", Wanted(ChangeKind.NAME, "dieuhanhtinhmau")),
    ],
)
def test_what_is_asked_for_is_understood(typed: str, wanted: Wanted) -> None:
    assert WORDS.wanted(typed) == wanted


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "không đổi tên nhóm",
        "không cho đổi tên nhóm",
        "chưa đồng ý đổi tên nhóm",
        "đổi tên nhóm thì không được",
        "đổi tên nhóm trong 0 giờ",
        "đổi tên nhóm trong 31 ngày",
        "đổi tên nhóm trong vài ngày",
        "đổi ảnh nhóm thành ảnh mới",
        "việc đó",
        "ghim tin",
    ],
)
def test_what_is_no_clear_yes_is_not_understood(typed: str) -> None:
    assert WORDS.wanted(typed) is None


def test_a_wrong_file_is_named_with_line_and_key(tmp_path: Path) -> None:
    text = (CONFIG / "thay-doi-nhom.yaml").read_text(encoding="utf-8")
    broken = tmp_path / "thay-doi-nhom.yaml"
    broken.write_text(text.replace("  picture:\n", "  pictures:\n"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"thay-doi-nhom\.yaml:\d+: kinds"):
        ChangeVocabulary.load(broken)
    broken.write_text(text.replace("[mọi thay đổi,", "[đổi tên nhóm, mọi thay đổi,"), encoding="utf-8")
    with pytest.raises(ConfigError, match="đang chỉ hai việc khác nhau"):
        ChangeVocabulary.load(broken)


def test_every_flag_that_zalo_has_is_called_in_vietnamese() -> None:
    flags = "blockName signAdminMsg addMemberOnly setTopicOnly enableMsgHistory joinAppr lockCreatePost lockCreatePoll"
    more = "lockSendMsg lockViewMember bannFeature dirtyMedia banDuration"
    assert {flag for flag in (flags + " " + more).split() if WORDS.setting(flag) == flag} == set()
    assert WORDS.setting("newFlag") == "newFlag"
