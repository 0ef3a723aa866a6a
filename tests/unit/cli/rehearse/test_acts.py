"""The list of acts is whole, and what arrives is taken for the right one of them."""

from typing import Any

import pytest

from zalo_governor.cli.rehearse.acts import Act, Heard, Lead, Who, all_acts, recognise
from zalo_governor.zalo.recording.structure import Describer

ACTS = {act.id: act for act in all_acts()}


def heard(kind: str, by: Who = Who.MEMBER, *, private: bool = False, **raw: Any) -> Heard:
    return Heard(kind, Describer().describe(raw), "an_event", by, private)


def deletion(kind: int, action: int, by: Who) -> Heard:
    return heard("chat.delete", by, content=[{"type": kind, "actionType": action}])


def told(what: Heard, asked: str, *done: str) -> str | None:
    act = recognise(what, [act for act in all_acts() if act.id not in done], ACTS[asked])
    return act.id if act else None


def test_the_list_is_that_of_an_hour_with_each_act_once_and_a_way_to_know_it() -> None:
    assert 35 <= len(all_acts()) <= 40
    assert len(ACTS) == len(all_acts())
    assert all(act.seen or act.lead for act in all_acts())
    assert [act.id for act in all_acts() if act.lead] == ["qr-declined", "login", "long-texts", "offline"]
    assert {act.lead for act in all_acts()} == {*Lead, None}
    # What ends the session comes last.
    assert all_acts()[-1].id == "zalo-web-elsewhere"


@pytest.mark.parametrize("asked", ["text-member-phone", "text-member-desktop"])
def test_telephone_and_computer_are_told_apart_by_what_was_asked_alone(asked: str) -> None:
    assert told(heard("webchat", content="Chào"), asked) == asked


@pytest.mark.parametrize(
    ("what", "act"),
    [
        (heard("webchat", Who.DEPUTY, content="Chào"), "text-deputy-phone"),
        (heard("webchat", Who.DEPUTY, content="Chào", quote=None, mentions=None), "text-deputy-phone"),
        (heard("webchat", content="@Lan", mentions=[{"uid": "7"}]), "mention"),
        (heard("webchat", content="Rõ", quote={"ownerId": 7}), "reply"),
        (heard("webchat", content="Chào", private=True), "private-text"),
        (heard("chat.reaction", content='{"rType":-1,"rIcon":""}'), "reaction-removed"),
        (heard("chat.reaction", content='{"rType":3,"rIcon":":>"}'), "reaction-phone"),
        (heard("chat.recommended:show.profile"), "contact-card"),
        (heard("group/update", Who.OWNER), "rename"),
        (heard("old:chat.undo", Who.DEPUTY), "offline"),
        (heard("line/kicked", Who.BOT), "zalo-web-elsewhere"),
        (heard("chat.reaction", Who.DEPUTY, content='{"rType":3}'), None),
        (heard("webchat:msginfo.actionlist", Who.DEPUTY, content={"title": "Lan đã ghim"}), None),
        (heard("chat.delete", Who.BOT, private=True, content=[{"type": 3, "actionType": 0}]), None),
        (heard("frame/777/0", Who.OPERATOR), None),
    ],
)
def test_an_act_is_recognised_in_whatever_order_it_comes(what: Heard, act: str | None) -> None:
    assert told(what, "text-owner-phone") == act


def test_deletions_are_told_apart_by_what_they_say_and_else_by_what_was_asked() -> None:
    assert told(deletion(3, 0, Who.BOT), "rename") == "delete-for-me"
    assert told(deletion(3, 1, Who.OWNER), "deputy-deletes") == "owner-deletes"
    assert told(deletion(4, 0, Who.BOT), "rename") == "clear-conversation"
    # What nobody has measured yet is taken for what was asked, and for nothing while something else was asked.
    assert told(deletion(7, 5, Who.MEMBER), "deputy-deletes") == "deputy-deletes"
    assert told(deletion(7, 5, Who.MEMBER), "rename") is None


def test_what_was_done_is_not_recognised_twice() -> None:
    assert told(heard("chat.voice"), "rename", "voice") is None
    twice = heard("chat.undo")
    assert told(twice, "rename", "recall-phone") == "recall-desktop"


def test_an_act_says_who_does_it_in_its_own_words() -> None:
    act = Act.model_validate({"id": "a", "who": "member", "do": "Gửi.", "seen": ["x"]})
    assert (act.who, act.device, act.loose) == (Who.MEMBER, "", False)
