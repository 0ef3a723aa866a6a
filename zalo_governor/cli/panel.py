"""`zalo-governor panel`: serve the panel, the pages in a browser; `panel link`: make a link into it."""

import asyncio
import signal
from contextlib import closing, suppress
from typing import Annotated

import typer

from zalo_governor.app.config_reload import ConfigurationWatch
from zalo_governor.app.context import open_records, read_records
from zalo_governor.cli import words
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.terminal import Terminal
from zalo_governor.cli.wrapping import say
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.panel import PANEL_ROLES
from zalo_governor.domain.people import Person
from zalo_governor.features.panel.access import issue_link
from zalo_governor.messaging.command_parsing import folded
from zalo_governor.storage.engine.instance_lock import InstanceLock, OtherInstanceError
from zalo_governor.storage.engine.lock_owner import PANEL
from zalo_governor.storage.unit_of_work import UnitsOfWork
from zalo_governor.system import logging
from zalo_governor.system.process import forbid_core_dumps, give_memory_back
from zalo_governor.system.signals import obeying

panel = Terminal(help="Bảng điều khiển trên trình duyệt.")


@panel.callback(invoke_without_command=True)
def serve(context: typer.Context, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Chạy bảng điều khiển trên trình duyệt, bên cạnh Hệ thống, cho đến khi được dừng."""
    if context.invoked_subcommand is not None:
        return
    # Imported here, as a link needs no web server.
    from zalo_governor.panel.office import Office, Words  # noqa: PLC0415
    from zalo_governor.panel.pages import all_routes  # noqa: PLC0415
    from zalo_governor.panel.serving import run  # noqa: PLC0415

    forbid_core_dumps()
    give_memory_back()
    settings = load_settings(config)
    logging.configure(console=False)
    records = open_records(settings, system_clock)
    office = None
    lock = InstanceLock(records.database, PANEL)
    try:
        if records.database.is_sqlite:
            with suppress(OtherInstanceError):  # Of two panels, one with the lock is enough to stop `restore`.
                lock.take()
        known = Words(words.action, words.value, words.facts, lambda: words.vietnamese()["actions"])
        office = Office(records, config.resolve(), known)
        watch = ConfigurationWatch(
            config,
            running=lambda: records.configuration.current,
            apply=office.apply,
            # The bot, not the panel, reports faults of the files to the admins.
            on_broken=lambda _fault: None,
            on_mended=lambda: None,
            on_restart=lambda _keys: None,
            groups_at_once=True,
        )
        loop = asyncio.new_event_loop()
        stopping = asyncio.Event()

        def stop() -> None:
            watch.stop()
            loop.call_soon_threadsafe(stopping.set)

        with obeying({signal.SIGTERM: stop, signal.SIGINT: stop}):
            run(
                office,
                all_routes(office),
                lambda address: say(f"Bảng điều khiển: {address}"),
                watch=watch.run,
                loop=loop,
                stopping=stopping,
            )
    finally:
        if office is not None:
            office.close()
        lock.release()
        records.close()


@panel.command()
def link(
    person: Annotated[str, typer.Argument(metavar="NGƯỜI", help="Họ tên như trong mục people, hoặc uid.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Tạo một đường dẫn vào bảng điều khiển cho một người có vai trò; dùng một lần, trong 10 phút."""
    settings = load_settings(config)
    if not settings.panel.enabled:
        raise ConfigError("panel.enabled: bảng điều khiển đang tắt; hãy đặt true trong governor.yaml rồi làm lại")
    with (
        closing(read_records(settings, system_clock)) as records,
        UnitsOfWork(records.database, records.account).begin() as uow,
    ):
        holders = [one for one in uow.people.holders(records.account) if one.holds("", *PANEL_ROLES)]
        found = _find(holders, person)
        address = issue_link(uow, settings.panel.base, found.id, system_clock(), by="server")
    typer.echo(address)


def _find(holders: list[Person], named: str) -> Person:
    found = [one for one in holders if named == one.uid or folded(named) == folded(one.name)]
    if len(found) == 1:
        return found[0]
    known = "\n".join(f"  {one.name} ({one.uid})" for one in holders)
    raise ConfigError(f"Không có đúng một người có vai trò với tên hoặc uid này; những người có vai trò:\n{known}")
