from tests.unit.zalo.wiring import GROUP, MEMBER, elements, message
from zalo_governor.zalo.http.echoes import Echoes


def test_the_last_thousand_of_our_own_messages_are_known_and_nobody_elses() -> None:
    echoes = Echoes()
    own = [message(number, uidFrom="0", cliMsgId=str(number)) for number in range(1_001)]
    echoes.note(elements(groupMsgs=[*own, message(2_000, cliMsgId="2000")]))
    found = [echoes.find(GROUP, str(number)) for number in (0, 1, 1_000, 2_000)]
    assert found == [None, own[1]["msgId"], own[1_000]["msgId"], None]
    assert echoes.find(MEMBER, "1") is None


def test_an_act_of_ours_is_no_echo_of_a_message() -> None:
    echoes = Echoes()
    echoes.note(elements(groupMsgs=[message(1, {"globalMsgId": 5}, uidFrom="0", cliMsgId="1", msgType="chat.undo")]))
    assert echoes.find(GROUP, "1") is None
