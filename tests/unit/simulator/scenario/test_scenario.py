"""A scenario is checked when it is read, and played with real timestamps."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from zalo_governor.config.settings import load_settings
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.clock import system_clock
from zalo_governor.simulator.errors import SimulatorError
from zalo_governor.simulator.event_bus import EventBus
from zalo_governor.simulator.scenario.player import Player
from zalo_governor.simulator.scenario.scenario import Scenario, load_scenario

DEMO = shipped_config() / "demo"
SMALL: dict[str, Any] = {
    "title": "nhỏ",
    "speed": 3600,
    "start": "07:00",
    "end": "08:00",
    "bot": {"name": "Hệ thống"},
    "group": {"name": "Nhóm", "owner": "an"},
    "people": [
        {"key": "an", "name": "Lò Thị An - Chuyên viên"},
        {"key": "ba", "name": "Lý A Ba - Chuyên viên", "in_group": False},
    ],
    "play": [],
}


def scenario(*acts: dict[str, Any]) -> Scenario:
    return Scenario.model_validate({**SMALL, "play": list(acts)})


def played(plan: Scenario) -> EventBus:
    """The stage after the play, with every frame that was written in `heard` order in the journal."""

    async def play() -> EventBus:
        stage = EventBus(plan.make_world(system_clock))
        stage.hub.opened.set()
        player = Player(stage, plan)
        for act in plan.play:
            await player.perform(act)
        return stage

    return asyncio.run(play())


def test_the_demo_is_a_day_of_at_least_25_people_and_130_acts_in_75_seconds() -> None:
    day = load_scenario(DEMO / "ngay-lam-viec.yaml")
    assert len(day.people) >= 25
    assert len(day.play) >= 130
    assert (day.play[-1].at - day.start) / day.speed <= 75
    expects = [act.expect for act in day.play]
    assert sum(expect.rule == "3.1-tieng-viet-co-dau" for expect in expects) >= 6
    assert sum(expect.rule == "3.2-ho-ten-chuc-vu" for expect in expects) >= 2
    assert sum(expect.rule == "4.5-nguoi-ngoai-danh-sach" for expect in expects) >= 1
    assert any(expect.sealed for expect in expects)


def test_the_roles_in_the_demos_settings_are_people_of_the_scenario(tmp_path: Path) -> None:
    text = (DEMO / "governor.yaml").read_text(encoding="utf-8").replace("PORT", "8900")
    (tmp_path / "governor.yaml").write_text(text, encoding="utf-8")
    settings = load_settings(tmp_path / "governor.yaml")
    names = {person.uid: person.name for person in load_scenario(DEMO / "ngay-lam-viec.yaml").people}
    for person in settings.people:
        assert names[person.uid] == f"{person.full_name} - {person.title}"


@pytest.mark.parametrize(
    ("act", "complaint"),
    [
        ({"at": "07:00", "by": "ai", "say": "a"}, "nobody has the key 'ai'"),
        ({"at": "09:00", "by": "an", "say": "a"}, "in order of time"),
        ({"at": "07:00", "by": "an", "recall": "m1"}, "no earlier act has the id 'm1'"),
        ({"at": "07:00", "by": "an", "sing": "a"}, "name exactly one act"),
        ({"at": "07:00", "by": "an", "say": "a", "dm": "b"}, "name exactly one act"),
        ({"at": "25:00", "by": "an", "say": "a"}, "no such time"),
        ({"at": "07:00", "by": "an", "say": "a", "louder": True}, "louder"),
        ({"at": "07:00", "by": "an", "say": "a", "expect": {"ruel": "x"}}, "ruel"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, act: dict[str, Any], complaint: str) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(json.dumps({**SMALL, "play": [act]}), encoding="utf-8")
    with pytest.raises(SimulatorError) as error:
        load_scenario(path)
    assert complaint in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match=r"none\.yaml"):
        load_scenario(tmp_path / "none.yaml")


def test_what_is_said_in_a_cut_only_enters_the_history() -> None:
    stage = played(
        scenario(
            {"at": "07:00", "by": "an", "say": "trước"},
            {"at": "07:01", "cut": 5},
            {"at": "07:02", "by": "an", "say": "trong"},
        )
    )
    assert stage.hub.cut
    group = next(iter(stage.world.groups.values()))
    assert [message["content"] for message in group.history.after(0)] == ["trước", "trong"]
    assert [note["cut"] for note in stage.ledger.journal] == [False, False, True]


def test_a_recalled_message_leaves_the_history() -> None:
    stage = played(
        scenario({"at": "07:00", "by": "an", "id": "m", "photo": "nhầm"}, {"at": "07:01", "by": "an", "recall": "m"})
    )
    group = next(iter(stage.world.groups.values()))
    assert [message["msgType"] for message in group.history.after(0)] == ["chat.undo"]


def test_members_settings_and_names_change_with_the_acts() -> None:
    stage = played(
        scenario(
            {"at": "07:00", "by": "an", "join": "ba"},
            {"at": "07:01", "by": "an", "setting": {"lockSendMsg": 1}},
            {"at": "07:02", "by": "an", "admin": "ba"},
            {"at": "07:03", "by": "ba", "rename_member": "Lý A Ba - Chánh Văn phòng"},
            {"at": "07:04", "by": "ba", "rename_group": "Tên mới"},
            {"at": "07:05", "by": "an", "remove": "ba"},
        )
    )
    group = next(iter(stage.world.groups.values()))
    assert group.name == "Tên mới"
    assert group.settings["lockSendMsg"] == 1
    assert len(group.members) == 2
    assert any(person.name == "Lý A Ba - Chánh Văn phòng" for person in stage.world.people.values())


def test_the_play_waits_for_a_listener_also_after_the_cut_that_it_ends() -> None:
    plan = scenario({"at": "07:00", "cut": 20}, {"at": "07:30", "by": "an", "dm": "chào"})

    async def play() -> EventBus:
        stage = EventBus(plan.make_world(system_clock))
        task = asyncio.create_task(Player(stage, plan, speed=10_000).play())
        await asyncio.sleep(0.05)
        assert stage.ledger.journal == []
        stage.hub.opened.set()
        while "cut" not in kinds(stage):
            await asyncio.sleep(0.01)
        stage.hub.opened.clear()
        await asyncio.sleep(1.0)
        assert kinds(stage) == ["start", "cut", "restored"], "the client has not connected again"
        stage.hub.opened.set()
        await asyncio.wait_for(task, 10)
        return stage

    def kinds(stage: EventBus) -> list[str]:
        return [note["kind"] for note in stage.ledger.journal]

    stage = asyncio.run(play())
    assert kinds(stage) == ["start", "cut", "restored", "dm", "end"]
    assert not stage.hub.cut


def test_the_offices_list_names_everybody_but_outsiders_as_it_has_approved_them() -> None:
    people = [
        {"key": "an", "uid": "1", "name": "Lò Thị An - Chuyên viên"},
        {"key": "ba", "uid": "2", "name": "Tủa", "approved": "Mùa A Tủa - Văn thư"},
        {"key": "la", "uid": "3", "name": "Bố Gấu", "approved": None},
    ]
    plan = Scenario.model_validate({**SMALL, "people": people})
    assert plan.roster == [("Lò Thị An - Chuyên viên", "1"), ("Mùa A Tủa - Văn thư", "2")]


def test_somebody_types_what_the_youngest_message_that_offers_it_says() -> None:
    plan = scenario({"at": "07:10", "by": "an", "follow": "/moira"})

    async def typed(*texts: str) -> str:
        stage = EventBus(plan.make_world(system_clock))
        stage.hub.opened.set()
        for text in texts:
            stage.ledger.message({"thread": plan.uids["an"], "text": text})
        await Player(stage, plan).perform(plan.play[0])
        return str(stage.ledger.journal[-1]["text"])

    assert asyncio.run(typed()) == "/moira"
    assert asyncio.run(typed("Là thành viên: /thanhvien VP3; đưa ra: /moira VP3.", "Đã ghi.")) == "/moira VP3"
    assert asyncio.run(typed("/moira VP3.", "xin gửi:\n/moira VP3 123456\nMã chỉ dùng một lần")) == "/moira VP3 123456"


def test_a_friend_request_is_heard_by_the_bot_and_waits() -> None:
    stage = played(scenario({"at": "07:10", "by": "an", "befriend": "Tôi là An"}))
    [request] = stage.world.requests_to(stage.world.main_account.uid)
    assert (request.by, request.message) == (scenario().uids["an"], "Tôi là An")
