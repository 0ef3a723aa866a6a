"""Performs single acts (what a simulated person does), for the scenario player and for the control API."""

import json
import re
from collections.abc import Mapping
from typing import assert_never

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator import cards, messages
from zalo_governor.simulator.errors import SimulatorError
from zalo_governor.simulator.event_bus import EventBus
from zalo_governor.simulator.file_server import ServedFile
from zalo_governor.simulator.pictures import address
from zalo_governor.simulator.samples import SAMPLES
from zalo_governor.simulator.scenario import acts
from zalo_governor.simulator.scenario.acts import AnyAct
from zalo_governor.simulator.world import Group


class Performer:
    """Performs the acts of a scenario, or of the control API, in one group.

    Args:
        stage: The running simulation.
        group_id: The group in which people act.
        uids: Key by which acts name a person -> the person's uid.
        sent: Id by which acts name an earlier message -> that message, with all its fields.
    """

    def __init__(self, stage: EventBus, group_id: str, uids: Mapping[str, str], sent: Mapping[str, RawDict]) -> None:
        self._stage = stage
        self._group_id = group_id
        self._uids = uids
        self._sent = sent

    async def perform(self, act: AnyAct, message: RawDict | None, *, aloud: bool = True) -> RawDict | None:
        """Perform an act now; `message` is what the method `message` has returned for the act.

        If `aloud` is False, clients get no event of messages, recalls, deletions and reactions, as in an outage.

        Returns:
            The element of a message, recall, deletion or reaction, as clients get it; None for all other acts.
        """
        if message is None:
            return await self._perform_without_message(act, aloud=aloud)
        await self._stage.say(message, private=messages.is_private(message), aloud=aloud)
        if isinstance(act, acts.Remind):
            reminder = messages.group_act(self._stage.world, self._group, "update_topic", self._uid(act))
            await self._stage.control(reminder, self._group.members)
        return message

    def message(self, act: AnyAct) -> RawDict | None:
        """Return the message, with all its fields, that an act sends; None if the act sends no message."""
        world, sender = self._stage.world, self._uid(act)
        if isinstance(act, acts.Dm | acts.Follow):
            text = act.text if isinstance(act, acts.Dm) else self._offered_command(sender, act.command)
            return messages.private_message(world, {"uidFrom": sender, "_text": text})
        if isinstance(act, acts.Edit):
            edited = self._sent[act.of]
            private = messages.is_private(edited)
            return messages.complete(world, {"idTo": edited["idTo"], **cards.edited(edited, act.text)}, private=private)
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
            case acts.Say(styles=[_, *_]):
                return {**cards.styled_text(act.text, act.styles), **self._mentions(act)}
            case acts.Say():
                return {"_text": act.text, **self._mentions(act)}
            case acts.Reply():
                return {"_text": act.text, "quote": messages.quote_of(self._sent[act.to])}
            case acts.Photo(sample=str(sample)):
                photo = self._with_sample(ServedFile(act.file, SAMPLES[sample](), "photo"), act.caption)
                return _as_text(photo) if act.as_text else photo
            case acts.File(sample=str(sample)):
                return self._with_sample(ServedFile(act.name, SAMPLES[sample]()))
            case acts.Photo():
                href = f"https://photo.zdn.vn/{act.file}"
                size = {"hd": href, "width": 1280, "height": 960}
                photo = cards.card("chat.photo", act.caption, href=href, thumb=href, params=size)
                return _as_text(photo) if act.as_text else photo
            case acts.File():
                facts = {"fileSize": str(act.size), "checksum": "", "fileExt": act.name.rpartition(".")[2], "fType": 1}
                return cards.card("share.file", act.name, href=f"https://file.zdn.vn/{act.at}", params=facts)
            case acts.Link():
                more = {"description": act.description, "action": "recommened.link"}
                return cards.card("chat.recommended", act.title, href=act.url, **more)
            case acts.Sticker():
                return {"msgType": "chat.sticker", "content": {"id": act.number, "catId": 1, "type": 7}}
            case acts.Call():
                return cards.call(act.kind, act.minutes)
            case acts.Remind():
                return cards.reminder_card(act.title, act.description)
            case acts.Poll():
                return cards.poll(act.question, act.options, self._stage.world.now_ms())
            case acts.Vote():
                return cards.vote_in(self._sent[act.of])
            case acts.ToDo():
                return cards.to_do(act.text)
            case acts.Contact():
                return cards.contact_card(self._stage.world.person(self._uids[act.who]))
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

    async def _perform_without_message(self, act: AnyAct, *, aloud: bool) -> RawDict | None:
        stage, group, by = self._stage, self._group, self._uid(act)
        match act:
            case acts.Recall():
                message = self._sent[act.of]
                private = messages.is_private(message)
                return await stage.recall(
                    message, private=private, aloud=aloud, device=act.device, placeholder=act.placeholder
                )
            case acts.Delete():
                return await stage.delete(self._named(act.of), by, act.kind, aloud=aloud, device=act.device)
            case acts.React():
                target, *also = self._named(act.to)
                private = messages.is_private(target)
                return await stage.react(
                    target, by, act.icon, private=private, aloud=aloud, device=act.device, also=also
                )
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
                await stage.control(messages.unpin_act(group, by, self._pin_of(self._sent[act.of])), group.members)
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
                | acts.Follow() | acts.Call() | acts.Edit() | acts.Remind() | acts.Poll() | acts.Vote() | acts.ToDo()
                | acts.Contact()
            ):  # fmt: skip
                raise AssertionError(f"{act.act} is a message")
            case _:
                assert_never(act)
        return None

    @property
    def _group(self) -> Group:
        return self._stage.world.group(self._group_id)

    def _uid(self, act: AnyAct) -> str:
        return self._uids[act.by] if act.by else ""

    def _pin_of(self, message: RawDict) -> RawDict:
        for pin in self._group.pins:
            if json.loads(pin["params"])["global_msg_id"] == message["msgId"]:
                return pin
        raise SimulatorError(f"the message {message['msgId']} is not pinned")

    def _named(self, ids: str | list[str]) -> list[RawDict]:
        return [self._sent[name] for name in ([ids] if isinstance(ids, str) else ids)]


def _as_text(message: RawDict) -> RawDict:
    return message | {"content": json.dumps(message["content"], ensure_ascii=False)}
