"""The player, which performs the acts of a scenario at their times.

A higher speed only shortens the pauses between the acts; messages carry the real time at which they are sent.
"""

import asyncio
import re
import time
from collections.abc import Iterator
from typing import Any, assert_never

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator import messages
from zalo_governor.simulator.event_bus import EventBus
from zalo_governor.simulator.file_server import ServedFile
from zalo_governor.simulator.pictures import address
from zalo_governor.simulator.samples import SAMPLES
from zalo_governor.simulator.scenario import acts
from zalo_governor.simulator.scenario.acts import AnyAct
from zalo_governor.simulator.scenario.scenario import Scenario
from zalo_governor.simulator.world import Group

_SETTLE_SECONDS = 1.0
"""Seconds between the first client's connection and the first act.

In this time the client fetches the group and its history.
"""


class Player:
    """Player of a scenario: performs its acts (what simulated people do) once the first client has connected.

    `speed` is the number of scenario seconds that pass in a real second; None takes the scenario's own value.
    """

    def __init__(self, stage: EventBus, scenario: Scenario, speed: float | None = None) -> None:
        self._stage = stage
        self._scenario = scenario
        self._speed = speed or scenario.speed
        self._uids = scenario.uids
        self._sent: dict[str, RawDict] = {}

    async def play(self) -> None:
        """Wait until the first client connects, then perform every act at its time; record each in the request log."""
        await self._stage.hub.opened.wait()
        await asyncio.sleep(_SETTLE_SECONDS)
        self._stage.ledger.note("start", title=self._scenario.title, acts=len(self._scenario.play))
        began = time.monotonic()
        for at, act in self._timeline():
            await asyncio.sleep(max(0.0, (at - self._scenario.start) / self._speed - (time.monotonic() - began)))
            if act is None:
                self._stage.hub.cut = False
                self._note("restored", at)
            else:
                await self.perform(act)
        self._stage.ledger.note("end", seconds=round(time.monotonic() - began, 1))

    async def perform(self, act: AnyAct) -> None:
        """Perform one act now.

        The act is recorded in the request log's journal before any client receives the event that it causes.
        """
        message = self._message(act)
        if message is not None:
            private = isinstance(act, acts.Dm | acts.Follow)
            if act.id:
                self._sent[act.id] = message
            self._note_act(
                act, text=_display_text(act, message), msg_id=message["msgId"], where="private" if private else "group"
            )
            await self._stage.say(message, private=private, aloud=self._connected)
            return
        self._note_act(act, text=_display_text(act), where="group")
        await self._perform_without_message(act)

    @property
    def _connected(self) -> bool:
        return not self._stage.hub.cut

    @property
    def _group(self) -> Group:
        return self._stage.world.group(self._scenario.group.id)

    def _timeline(self) -> list[tuple[float, AnyAct | None]]:
        """Return (time in seconds since midnight, act) of all acts in order of time.

        An additional entry with None instead of an act stands for the end of each network outage.
        """
        return sorted(self._timed_acts(), key=lambda moment: moment[0])

    def _timed_acts(self) -> Iterator[tuple[float, AnyAct | None]]:
        for act in self._scenario.play:
            yield act.at, act
            if isinstance(act, acts.Cut):
                yield act.at + act.minutes * 60, None

    def _message(self, act: AnyAct) -> RawDict | None:
        """Return the message, with all its fields, that an act sends; None if the act sends no message."""
        world, sender = self._stage.world, self._uids[act.by] if act.by else ""
        if isinstance(act, acts.Dm | acts.Follow):
            text = act.text if isinstance(act, acts.Dm) else self._offered_command(sender, act.command)
            return messages.private_message(world, {"uidFrom": sender, "_text": text})
        given = self._message_content(act)
        if given is None:
            return None
        return messages.group_message(world, {"uidFrom": sender, "idTo": self._group.id, **given})

    def _offered_command(self, uid: str, command: str) -> str:
        """Complete a chat command with the case number and one-time code that the bot has sent to the person `uid`.

        They are copied from the bot's latest message to this person that contains the command; without such a message,
        `command` is returned unchanged.
        """
        offer = re.compile(rf"{command} [A-ZĐ]{{2}}\d+(?: \d{{6}})?")
        found = (
            offer.search(message["text"]) for message in reversed(self._stage.ledger.sent) if message["thread"] == uid
        )
        return next((match[0] for match in found if match), command)

    def _message_content(self, act: AnyAct) -> RawDict | None:
        match act:
            case acts.Say():
                return {"_text": act.text, **self._mentions(act)}
            case acts.Reply():
                return {"_text": act.text, "quote": messages.quote_of(self._sent[act.to])}
            case acts.Photo(sample=str(sample)):
                return self._with_sample(ServedFile(act.file, SAMPLES[sample](), "photo"), act.caption)
            case acts.File(sample=str(sample)):
                return self._with_sample(ServedFile(act.name, SAMPLES[sample]()))
            case acts.Photo():
                href = f"https://photo.zdn.vn/{act.file}"
                size = {"hd": href, "width": 1280, "height": 960}
                return _typed("chat.photo", messages.attachment(act.caption, href, thumb=href, params=size))
            case acts.File():
                facts = {"fileSize": str(act.size), "checksum": "", "fileExt": act.name.rpartition(".")[2], "fType": 1}
                return _typed(
                    "share.file", messages.attachment(act.name, f"https://file.zdn.vn/{act.at}", params=facts)
                )
            case acts.Link():
                more = {"description": act.description, "action": "recommened.link"}
                return _typed("chat.recommended", messages.attachment(act.title, act.url, **more))
            case acts.Sticker():
                return _typed("chat.sticker", {"id": act.number, "catId": 1, "type": 7})
            case acts.Call():
                facts = {"duration": act.minutes * 60, "calltype": 1}
                return _typed("chat.recommended", messages.attachment(action="recommened.groupcall", params=facts))
        return None

    def _with_sample(self, file: ServedFile, caption: str = "") -> RawDict:
        return messages.file_message(file, self._stage.world.serve(file), caption)

    def _mentions(self, act: acts.Say) -> RawDict:
        if act.mention is None:
            return {}
        everybody = act.mention == "all"
        uid = "-1" if everybody else self._uids[act.mention]
        name = "@All" if everybody else f"@{self._stage.world.person(uid).name}"
        position = max(0, act.text.find(name))
        return {"mentions": [{"uid": uid, "pos": position, "len": len(name), "type": int(everybody)}]}

    async def _perform_without_message(self, act: AnyAct) -> None:
        stage, group, by = self._stage, self._group, self._uids.get(act.by, "")
        match act:
            case acts.Recall():
                await stage.recall(self._sent[act.of], aloud=self._connected)
            case acts.React():
                await stage.react(self._sent[act.to], by, act.icon, aloud=self._connected)
            case acts.Join():
                member = self._uids[act.who]
                group.members.append(member)
                await stage.group_act(group, "join", by or member, [member])
            case acts.Leave():
                group.members.remove(by)
                await stage.group_act(group, "leave", by, [by])
            case acts.Remove():
                group.members.remove(self._uids[act.who])
                await stage.group_act(group, "remove_member", by, [self._uids[act.who]])
            case acts.RenameMember():
                stage.world.person(by, act.name)
            case acts.RenameGroup():
                group.name = act.name
                await stage.group_act(group, "update", by)
            case acts.DescribeGroup():
                group.description = act.description
                await stage.group_act(group, "update", by, groupDesc=act.description)
            case acts.GroupPicture():
                group.picture = act.picture
                await stage.group_act(
                    group, "update_avatar", by, avt=address(act.picture), fullAvt=address(act.picture)
                )
            case acts.InviteLink():
                until = stage.world.now_ms() + act.hours * 3_600_000
                link = {"group_link": f"https://zalo.me/g/mau{group.version}", "link_expired_time": until}
                await stage.group_act(group, "new_link", by, info=link)
            case acts.Owner():
                group.owner = self._uids[act.who]
                await stage.group_act(group, "update", by)
            case acts.Unpin():
                await stage.control(messages.unpin_act(group, by, self._sent[act.of]), group.members)
            case acts.Setting():
                group.settings.update(act.flags)
                await stage.group_act(group, "update_setting", by)
            case acts.Admin():
                member = self._uids[act.who]
                group.admins = [uid for uid in group.admins if uid != member] + ([member] if act.granted else [])
                await stage.group_act(group, "add_admin" if act.granted else "remove_admin", by, [member])
            case acts.Pin():
                await stage.control(messages.pin_act(stage.world, group, by, self._sent[act.of]), group.members)
            case acts.Seen():
                seen = [by, *(self._uids[key] for key in act.who)]
                await stage.receipt(self._sent[act.of], group, seen)
            case acts.Befriend():
                await stage.ask_friendship(by, stage.world.main_account.uid, act.message)
            case acts.Cut():
                stage.hub.cut = True
                await stage.hub.close(act.code)
            case (
                acts.Say() | acts.Reply() | acts.Photo() | acts.File() | acts.Link() | acts.Sticker() | acts.Dm()
                | acts.Follow() | acts.Call()
            ):  # fmt: skip
                raise AssertionError(f"{act.act} is a message")
            case _:
                assert_never(act)

    def _note_act(self, act: AnyAct, **more: Any) -> None:
        uid = self._uids.get(act.by, "")
        name = self._stage.world.person(uid).name if uid else ""
        if isinstance(act, acts.Join | acts.Remove | acts.Admin | acts.Owner):
            more["member"] = self._uids[act.who]
            more["text"] = self._stage.world.person(more["member"]).name
        expect = act.expect.model_dump(exclude_defaults=True)
        self._note(act.act, act.at, id=act.id, uid=uid, who=name, cut=self._stage.hub.cut, expect=expect, **more)

    def _note(self, kind: str, at: float, **more: Any) -> None:
        minutes, seconds = divmod(int(at), 60)
        clock = f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
        self._stage.ledger.note(kind, clock=clock, at_ms=self._stage.world.now_ms(), **more)


def _typed(message_type: str, content: RawDict) -> RawDict:
    return {"msgType": message_type, "content": content}


def _display_text(act: AnyAct, message: RawDict | None = None) -> str:
    """Return a short text that describes an act in the journal, such as the words said; "" if there is none."""
    if message and isinstance(act, acts.Follow):
        return str(message["content"])
    if isinstance(act, acts.Setting):
        return ", ".join(f"{flag}={value}" for flag, value in act.flags.items())
    for name in ("text", "caption", "name", "description", "picture", "url", "icon"):
        value = getattr(act, name, "")
        if value:
            return str(value)
    return ""
