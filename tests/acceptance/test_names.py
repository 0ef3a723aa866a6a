"""A member's name is wrong, is fixed, and the case closes by itself: the real process beside the simulator."""

from collections.abc import Iterator

import pytest

from tests.rig import ADMIN, BOT, GROUP, MEMBER, Rig, rig, somebody

RIGHT = "Lò Văn Mẫu - Chuyên viên Sở Y tế"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("bot")) as made:
        made.configure("vigil", sweep_again_minutes=0)
        made.start_bot()
        yield made


def test_a_name_that_is_fixed_closes_its_case_when_its_owner_next_writes(bot: Rig) -> None:
    member, code = misnamed(bot, "Bé Na")
    assert "Tên hiển thị" in bot.told_of(code, member)[0]
    bot.control("world", people=[{"uid": member, "name": RIGHT}])
    bot.say("Tôi đã sửa tên hiển thị", member, dName=RIGHT)
    closed(bot, code)
    assert "Thời gian đến khi khắc phục: " in bot.answer(ADMIN, f"/xem {code}")[0]


def test_a_name_that_is_fixed_while_the_line_is_down_closes_its_case(bot: Rig) -> None:
    member, code = misnamed(bot, "Bố Gấu")
    bot.control("world", people=[{"uid": member, "name": RIGHT}])
    bot.control("abort")
    closed(bot, code)


def misnamed(bot: Rig, name: str) -> tuple[str, str]:
    """Somebody of that name is found in the group by a look; gives the uid and the case."""
    member = somebody()
    people = [{"uid": member, "name": name}]
    bot.control("world", people=people, groups=[{"id": GROUP, "members": [BOT, MEMBER, member]}])
    opened = bot.sockets_opened()
    bot.control("abort")
    bot.until(lambda: bot.sockets_opened() > opened, "the bot is back")
    return member, bot.case_of(member)


def closed(bot: Rig, code: str) -> None:
    sql = "SELECT state, reason IS NOT NULL FROM cases WHERE id = ?"
    bot.until(lambda: bot.query(sql, int(code.removeprefix("VP"))) == [("remedied", 1)], "the case closes by itself")
