"""Writing governor.yaml: a new file starts from the shipped template; an existing file keeps its edits and comments."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from zalo_governor.config.settings import load_settings
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.people import Role
from zalo_governor.setup.choices import Choices, ChosenGroup, Holder
from zalo_governor.setup.yaml_edit import RoundTrip, put
from zalo_governor.system import atomic_files

_NEW_FILE_MODE = 0o640
_ALL = "all"


def write_settings(path: Path, choices: Choices) -> None:
    """Write the decisions of `init` into governor.yaml at `path`, keeping its comments; the file is created if missing.

    Raises:
        ConfigError: the resulting settings would be invalid; the file is unchanged.
        OSError: the file cannot be written; it is unchanged.
    """
    content = checked_content(path, choices)
    atomic_files.replace_file(path, content, mode=_mode(path))


def checked_content(path: Path, choices: Choices) -> bytes:
    """Return the content that `write_settings` would write, checked by loading it from a temporary file.

    Raises:
        ConfigError: the resulting settings would be invalid.
        OSError: nothing can be written beside `path`.
    """
    source = path if path.exists() else shipped_config() / "governor.yaml"
    file = RoundTrip(source.read_text(encoding="utf-8"), source)
    for key, value in choices.top.items():
        put(file.root, key, value)
    for name, values in (
        ("zalo", choices.zalo),
        ("office", choices.office),
        ("alarm", choices.alarm),
        ("panel", choices.panel),
    ):
        for key, value in values.items():
            put(file.section(name), key, value)
    if choices.groups is not None:
        _put_groups(file.entries("groups"), choices.groups, file.root.get("people") or [])
    if choices.holders:
        _put_people(file.entries("people"), choices.holders, _names_to_cite(file.root.get("groups") or ()))
    content = file.text.encode()
    trial = path.with_name(f".{path.name}.new")
    atomic_files.replace_file(trial, content, mode=_mode(path))
    try:
        load_settings(trial)
    except ConfigError as error:
        raise ConfigError(str(error).replace(str(trial), f"{path} (bản sẽ ghi)")) from None
    finally:
        trial.unlink(missing_ok=True)
    return content


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777 if path.exists() else _NEW_FILE_MODE


def _names_to_cite(groups: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return group id -> what the section `people` calls the group: its name if no other group has it, else its id."""
    count = Counter(group.get("name") for group in groups)
    return {one["id"]: one["name"] if one.get("name") and count[one["name"]] == 1 else one["id"] for one in groups}


def _put_groups(there: CommentedSeq, wanted: Sequence[ChosenGroup], people: list[Any]) -> None:
    """Make `wanted` the groups of governor.yaml: change its lists `groups` (given as `there`) and `people` in place.

    Other groups are removed from the entries of people too; an entry left without groups is deleted.
    """
    cited = {name: entry["id"] for entry in there for name in (entry.get("name"), entry["id"])}
    ids = [group.id for group in wanted]
    for place in reversed(range(len(there))):
        if there[place]["id"] not in ids:
            del there[place]
    known = {entry["id"] for entry in there}
    for group in wanted:
        if group.id not in known:
            there.append(CommentedMap(id=DoubleQuotedScalarString(group.id), name=group.name))
    names = _names_to_cite(there)
    for place in reversed(range(len(people))):
        if (groups := people[place].get("groups") or _ALL) != _ALL:
            kept = [name if name == names[of] else of for name in groups if (of := cited.get(name)) in names]
            put(people[place], "groups", kept)
            if not kept:
                del people[place]


def _put_people(there: CommentedSeq, holders: Mapping[Role, Sequence[Holder]], names: Mapping[str, str]) -> None:
    """Change `there`, the list `people` of governor.yaml, so that the people in `holders` have their new roles.

    Each person has one entry with all roles that are held in the same groups; entries without any role left are
    removed. `names` maps ids of groups to what the file cites them by.
    """
    people: dict[tuple[str, tuple[str, ...]], tuple[Holder, list[Role]]] = {}
    for holder, role in _with_groups_joined(holders, names):
        people.setdefault((holder.uid, holder.groups), (holder, []))[1].append(role)
    for place in reversed(range(len(there))):
        entry = there[place]
        meant = next((key for key, (holder, _) in people.items() if _is_same_entry(entry, holder, names)), None)
        kept = _roles_kept([Role(role) for role in entry["roles"]], holders)
        if not kept and meant is None:
            del there[place]
            continue
        given: list[Role] = []
        if meant is not None:
            holder, given = people.pop(meant)
            _put_name(entry, holder)
        if set(entry["roles"]) != {role.value for role in (*given, *kept)}:
            entry["roles"] = _role_list([*given, *kept])
    for holder, given in people.values():
        entry = CommentedMap(full_name=holder.written_name, title=holder.written_title)
        name, value = identity(holder)
        entry[name] = DoubleQuotedScalarString(value)
        entry["roles"] = _role_list(given)
        if holder.groups:
            entry["groups"] = CommentedSeq(map(DoubleQuotedScalarString, holder.groups))
            entry["groups"].fa.set_flow_style()
        elif Role.OVERSEER in given:
            entry["groups"] = _ALL
        there.append(entry)


def _with_groups_joined(
    holders: Mapping[Role, Sequence[Holder]], names: Mapping[str, str]
) -> Iterator[tuple[Holder, Role]]:
    """Yield (holder, role) once for each person and role, the holder with all groups where the person has the role."""
    for role, chosen in holders.items():
        joined: dict[str, Holder] = {}
        for holder in chosen:
            before = joined.get(holder.uid, holder._replace(groups=()))
            cited = [names.get(group, group) for group in holder.groups]
            joined[holder.uid] = before._replace(groups=tuple(dict.fromkeys((*before.groups, *cited))))
        for holder in joined.values():
            yield holder, role


def _roles_kept(roles: Sequence[Role], decided: Container[Role]) -> list[Role]:
    """Return those of a person's present `roles` that stay: the ones whose holders `init` has not set anew (`decided`).

    A leader who stays leader also keeps LEADERSHIP, the role whose messages count as directives.
    """
    leads_on = Role.LEADER in roles and Role.LEADER not in decided
    return [role for role in roles if role not in decided or (role is Role.LEADERSHIP and leads_on)]


def identity(holder: Holder) -> tuple[str, str]:
    """Return (key, value) by which governor.yaml identifies the person: "global_id" if known, else "uid".

    The globalId is better, as Zalo gives a person another uid for each bot account, but always the same globalId.
    """
    return ("global_id", holder.global_id) if holder.global_id else ("uid", holder.uid)


def _is_same_entry(entry: Mapping[str, Any], holder: Holder, names: Mapping[str, str]) -> bool:
    """Return whether an entry of the list `people` is for the person of `holder` and exactly the groups of `holder`."""
    named = entry.get("groups") or _ALL
    if (() if named == _ALL else tuple(names.get(group, group) for group in named)) != holder.groups:
        return False
    by_global_id = entry.get("global_id") and entry.get("global_id") == holder.global_id
    return bool(by_global_id) or entry.get("uid") == holder.uid


def _put_name(entry: CommentedMap, holder: Holder) -> None:
    if holder.full_name is not None:
        put(entry, "full_name", holder.full_name)
    if holder.title is not None:
        put(entry, "title", holder.title)


def _role_list(roles: Sequence[Role]) -> CommentedSeq:
    made = CommentedSeq(role.value for role in Role if role in roles)
    made.fa.set_flow_style()
    return made
