"""Writing governor.yaml: the shipped one with its comments at first, the office's own one with its edits after that."""

from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from zalo_governor.config import load_settings, shipped_config
from zalo_governor.domain.people import Role
from zalo_governor.setup.choices import Choices, ChosenGroup, Holder
from zalo_governor.setup.yaml_edit import RoundTrip, put
from zalo_governor.system import atomic_files

_NEW_FILE = 0o640


def write_settings(path: Path, choices: Choices) -> None:
    """Put the choices into the file, or into a new one.

    Raises:
        ConfigError: with them the file would be wrong; it is as it was.
        OSError: it cannot be written; it is as it was.
    """
    source = path if path.exists() else shipped_config() / "governor.yaml"
    file = RoundTrip(source.read_text(encoding="utf-8"), source)
    for key, value in choices.top.items():
        put(file.root, key, value)
    for name, values in (("zalo", choices.zalo), ("office", choices.office), ("alarm", choices.alarm)):
        for key, value in values.items():
            put(file.section(name), key, value)
    if choices.groups is not None:
        _put_groups(file.entries("groups"), choices.groups)
    if choices.holders:
        _put_people(file.entries("people"), choices.holders)
    mode = path.stat().st_mode & 0o777 if path.exists() else _NEW_FILE
    trial = path.with_name(f".{path.name}.new")
    atomic_files.replace_file(trial, file.text.encode(), mode=mode)
    try:
        load_settings(trial)
        trial.replace(path)
    finally:
        trial.unlink(missing_ok=True)
    atomic_files.sync_folder(path.parent)


def _put_groups(there: CommentedSeq, wanted: Sequence[ChosenGroup]) -> None:
    ids = [group.id for group in wanted]
    for place in reversed(range(len(there))):
        if there[place]["id"] not in ids:
            del there[place]
    known = {entry["id"] for entry in there}
    for group in wanted:
        if group.id not in known:
            there.append(CommentedMap(id=DoubleQuotedScalarString(group.id), name=group.name))


def _put_people(there: CommentedSeq, holders: Mapping[Role, Sequence[Holder]]) -> None:
    """Each person stands once, with every role; who has none left goes."""
    people: dict[str, tuple[Holder, list[Role]]] = {}
    for role, chosen in holders.items():
        for holder in chosen:
            people.setdefault(holder.uid, (holder, []))[1].append(role)
    for place in reversed(range(len(there))):
        entry = there[place]
        meant = next((uid for uid, (holder, _) in people.items() if _is(entry, holder)), None)
        kept = _kept([Role(role) for role in entry["roles"]], holders)
        if not kept and meant is None:
            del there[place]
            continue
        given: list[Role] = []
        if meant is not None:
            holder, given = people.pop(meant)
            _say_who(entry, holder)
        if set(entry["roles"]) != {role.value for role in (*given, *kept)}:
            entry["roles"] = _roles([*given, *kept])
    for holder, given in people.values():
        entry = CommentedMap(full_name=holder.written_name, title=holder.written_title)
        name, value = identity(holder)
        entry[name] = DoubleQuotedScalarString(value)
        entry["roles"] = _roles(given)
        there.append(entry)


def _kept(roles: Sequence[Role], decided: Container[Role]) -> list[Role]:
    """The roles that stay with whom they are; a leader who stays goes on to give directives."""
    leads_on = Role.LEADER in roles and Role.LEADER not in decided
    return [role for role in roles if role not in decided or (role is Role.LEADERSHIP and leads_on)]


def identity(holder: Holder) -> tuple[str, str]:
    """(key, value) that says who somebody is: the globalId, which no other bot account changes, where Zalo gives it."""
    return ("global_id", holder.global_id) if holder.global_id else ("uid", holder.uid)


def _is(entry: Mapping[str, Any], holder: Holder) -> bool:
    by_global_id = entry.get("global_id") and entry.get("global_id") == holder.global_id
    return bool(by_global_id) or entry.get("uid") == holder.uid


def _say_who(entry: CommentedMap, holder: Holder) -> None:
    if holder.full_name is not None:
        put(entry, "full_name", holder.full_name)
    if holder.title is not None:
        put(entry, "title", holder.title)


def _roles(roles: Sequence[Role]) -> CommentedSeq:
    made = CommentedSeq(role.value for role in Role if role in roles)
    made.fa.set_flow_style()
    return made
