"""`zalo-governor members`: where an office reads the uids for its settings."""

import json
from pathlib import Path

from typer.testing import CliRunner

from tests.unit.storage.stored import BOT, GROUP, MEMBER, OTHER, START, entry
from zalo_governor.app.context import open_records
from zalo_governor.cli import app
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.events import MembersJoined, NamedUid
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.people import EVERYWHERE, Role
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.unit_of_work import UnitsOfWork


def office(folder: Path) -> str:
    """An office whose bot has seen two members come in, one of them with a role; gives its settings file."""
    config = folder / "governor.yaml"
    config.write_text(f'groups: [{{id: "{GROUP}", name: điều hành}}]\n', encoding="utf-8")
    session = {"imei": "thử nghiệm", "user_agent": "Mozilla/5.0", "cookies": {"zpw_sek": "thu-nghiem"}}
    (folder / "session.json").write_text(json.dumps(session))
    records = open_records(load_settings(config), system_clock)
    records.keep_account(BOT)
    units = UnitsOfWork(records.database, BOT)
    units.seed_people(BOT, [SeedPerson("Lò Văn Mẫu", "Giám đốc", MEMBER, None, None, {EVERYWHERE: (Role.ADMIN,)})])
    (admitted,) = Inbox(records.database, BOT).admit([entry()])
    joined = MembersJoined(
        id=admitted.id,
        account=BOT,
        thread_id=GROUP,
        at=START,
        source=Source.LIVE,
        members=(NamedUid(uid=MEMBER, name="Lò Văn Mẫu - Giám đốc"), NamedUid(uid=OTHER, name="Y Mẫu - [b]Văn thư")),
    )
    with units.begin() as uow:
        uow.verdicts.store(admitted, joined, Verdict(), START)
    records.close()
    return str(config)


def test_every_member_stands_there_with_the_whole_uid_and_roles(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["members", "--config", office(tmp_path)], env={"COLUMNS": "56"})
    assert shown.exit_code == 0
    assert all(word in shown.output for word in (MEMBER, OTHER, "Quản trị", f"Nhóm {GROUP}: 2", "chưa kể", "[b]Văn"))


def test_programs_get_json(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["members", "--json", "--config", office(tmp_path)])
    assert json.loads(shown.output) == [
        {"group": GROUP, "uid": MEMBER, "name": "Lò Văn Mẫu - Giám đốc", "roles": ["admin"]},
        {"group": GROUP, "uid": OTHER, "name": "Y Mẫu - [b]Văn thư", "roles": []},
    ]
