"""What people say in a run: clean talk, violations, a few marked secrets, in frames of every form, some twice.

They write on phones: some texts are formatted, some pictures have their content as JSON text. Among them stand recalls,
reactions, lines of Zalo's own software, and deletions that delete nothing for others; none of them changes what must
come of the messages.
"""

import json
import random
from collections import deque
from collections.abc import Iterator
from typing import Any, get_args

from tests.chaos.plan import GROUPS
from tests.chaos.table import Ordered, Said
from tests.rig import BOT, LEADER
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.cards import card, styled_text, system_line
from zalo_governor.simulator.frames import Encryption
from zalo_governor.simulator.load.chatter import sentence, without_marks
from zalo_governor.simulator.messages import (
    DeletionKind,
    deletion_of,
    group_message,
    quote_of,
    reaction_to,
    recall_of,
)
from zalo_governor.simulator.world import World

SECRET_WORDS = ("Hạt Mắc Khén", "Hat Mac Khen", "hat mac khen", "hạt mắc khén")
_VIOLATION_EVERY = 250
_SECRET_EVERY = 5_000
_ORDER_EVERY, _ANSWER_AFTER = 400, 15
_GIVEN = (
    "An", "Bình", "Chung", "Dũng", "Giang", "Hải", "Khoa", "Lâm", "Minh", "Nghĩa",
    "Oanh", "Phúc", "Quyết", "Sơn", "Thanh", "Uyên", "Vinh", "Xuân", "Yên", "Tâm",
)  # fmt: skip
_NAMES = [f"{family} {given}" for family in ("Lò Văn", "Vàng Thị", "Giàng Đức", "Quàng Minh") for given in _GIVEN]
RESPONDERS = {str(7_400_000_000_000_000_000 + number): name for number, name in enumerate(_NAMES)}
"""Who is ordered to report: two for each directive, of whom the first answers."""
_TALKERS = [str(7_200_000_000_000_000_000 + number) for number in range(40)]
_FIRST_VIOLATOR = 7_300_000_000_000_000_000
_LARGEST_FRAME = 20
_STYLED_EVERY, _PICTURE_EVERY = 7, 11
_ACTED_ON = 40
"""So many of the youngest messages are recalled, reacted to and deleted."""


class Traffic:
    """Makes the messages of a run, and remembers what was said."""

    def __init__(self, chance: random.Random, total: int) -> None:
        self._chance = chance
        self._world = World(system_clock)
        self._secret_every = min(_SECRET_EVERY, max(total // 5, 1))
        self.said: list[Said] = []
        self.orders: list[Ordered] = []
        self._to_answer: dict[int, tuple[RawDict, str]] = {}
        self._talk: deque[RawDict] = deque(maxlen=_ACTED_ON)
        self._violations: deque[RawDict] = deque(maxlen=_ACTED_ON)
        self.hidden = 0
        """How many of them are beyond recovery."""
        self.clock_error_ms = 0
        """By how much Zalo's clock is wrong: the time that messages bear."""

    def frames(self, count: int) -> list[RawDict]:
        """So many new messages, for `push`: in frames of 1 to 20, some of them out of order, some sent twice."""
        frames = [self._frame({"groupMsgs": messages}) for messages in self._batches(count)]
        if self._talk:
            target, by = self._chance.choice(self._talk), self._chance.choice(_TALKERS)
            reaction = reaction_to([target], by, self._chance.choice((":>", "/-strong", "")))
            reacts = {"reacts": [], "reactGroups": [group_message(self._world, reaction) | {"cmd": 612}]}
            frames.append(self._frame(reacts) | {"cmd": 612})
        if self._chance.random() < 0.2 and len(frames) > 1:
            at = self._chance.randrange(len(frames) - 1)
            frames[at], frames[at + 1] = frames[at + 1], frames[at]
        if self._chance.random() < 0.1:
            frames.append(self._chance.choice(frames))
        return frames

    def hide(self, group: str, keys: set[str]) -> None:
        """Zalo itself has lost these."""
        self.hidden += len(keys)
        self.said = [one._replace(beyond=True) if one.group == group and one.key in keys else one for one in self.said]

    def _batches(self, count: int) -> Iterator[list[RawDict]]:
        while count > 0:
            size = min(count, 1 if self._chance.random() < 0.5 else self._chance.randint(2, _LARGEST_FRAME))
            count -= size
            batch = [self._message() for _ in range(size)]
            if self._talk and self._chance.random() < 0.1:
                batch.insert(self._chance.randrange(size + 1), group_message(self._world, self._act()))
            yield batch

    def _act(self) -> RawDict:
        """Something else than a message: no case comes of it, and no case or directive goes by it."""
        said = self._chance.choice(self._talk)
        target = self._chance.choice(self._violations or self._talk)
        return self._chance.choice(
            (
                recall_of(said),
                recall_of(target) | {"uidFrom": self._chance.choice(_TALKERS)},
                deletion_of([target], BOT, DeletionKind.ME),
                deletion_of([target], BOT, DeletionKind.CONVERSATION),
                deletion_of([target], self._chance.choice(_TALKERS), DeletionKind.ALL),
                system_line("%1$s đã ghim một tin nhắn", [said["dName"]]) | {"idTo": said["idTo"]},
            )
        )

    def _message(self) -> RawDict:
        number = len(self.said)
        group, sender, text, wrong = self._chance.choice(GROUPS), self._chance.choice(_TALKERS), sentence(number), False
        if number % self._secret_every == self._secret_every // 2:
            text, wrong = f"Em gửi văn bản tuyệt mật số {number}/KH-GIẢ ĐỊNH về kho Hạt Mắc Khén", True
        elif number % _VIOLATION_EVERY == _VIOLATION_EVERY - 1:
            text, wrong = without_marks(text), True
        if wrong:
            sender = str(_FIRST_VIOLATOR + number)
        more: RawDict = {}
        if number in self._to_answer:
            order, sender = self._to_answer.pop(number)
            group, text, wrong = order["idTo"], "Dạ, em báo cáo số liệu: 12/12 đơn vị đã nộp đủ ạ", False
            more = {"quote": quote_of(order), "dName": RESPONDERS[sender]}
        elif number % _ORDER_EVERY == _ORDER_EVERY // 2:
            return self._order(number, group)
        form = {"_text": text} if more else _in_its_form(number, text, photo=not wrong)
        message = group_message(self._world, {"idTo": group, "uidFrom": sender} | form | more)
        message["ts"] = str(int(message["ts"]) + self.clock_error_ms)
        self.said.append(Said(group, message["msgId"], sender if wrong else None, beyond=False))
        if wrong:
            self._violations.append(message)
        elif not more:
            self._talk.append(message)
        if more:
            self.orders[-1] = self.orders[-1]._replace(answer_key=message["msgId"])
        return message

    def _order(self, number: int, group: str) -> RawDict:
        """A directive to two people, of whom the first will answer."""
        place = 2 * len(self.orders) % len(RESPONDERS)
        first, second = list(RESPONDERS.items())[place : place + 2]
        text, mentions = "Giao ", []
        for uid, name in (first, second):
            mentions.append({"uid": uid, "pos": len(text), "len": len(name) + 1, "type": 0})
            text += f"@{name}, "
        text += f"báo cáo số liệu đợt {number} trong 2 phút."
        fields = {"_text": text, "idTo": group, "uidFrom": LEADER, "mentions": mentions}
        message = group_message(self._world, fields)
        message["ts"] = str(int(message["ts"]) + self.clock_error_ms)
        self.said.append(Said(group, message["msgId"], None, beyond=False))
        self.orders.append(Ordered(group, message["msgId"], first[0], second[0]))
        self._to_answer[number + _ANSWER_AFTER] = message, first[0]
        return message

    def _frame(self, data: RawDict) -> RawDict:
        choice: Any = self._chance.choice
        return {
            "data": data,
            "encrypt": choice(get_args(Encryption)),
            "comp": choice(("gzip", "zlib")),
        }


def _in_its_form(number: int, text: str, *, photo: bool) -> RawDict:
    if number % _STYLED_EVERY == 0:
        return styled_text(text, [{"start": 0, "len": 3, "st": "b"}])
    if photo and number % _PICTURE_EVERY == 0:
        picture = card("chat.photo", text)
        return picture | {"content": json.dumps(picture["content"], ensure_ascii=False)}
    return {"_text": text}
