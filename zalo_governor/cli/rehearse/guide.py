"""Leads the operator through the acts of a rehearsal: asks, recognises what arrives, and keeps the recording."""

import os
import select
import sys
from pathlib import Path

import typer

from zalo_governor import __version__
from zalo_governor.app.context import AppContext
from zalo_governor.cli.login.flow import told
from zalo_governor.cli.prompts import Asking
from zalo_governor.cli.rehearse import leads
from zalo_governor.cli.rehearse.acts import Act, Heard, Lead, all_acts, recognise
from zalo_governor.cli.rehearse.hearing import Hearing
from zalo_governor.cli.rehearse.screen import Screen
from zalo_governor.domain.errors import ConfigError, GovernorError
from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.text.fold import fold
from zalo_governor.zalo.api.groups import own_groups
from zalo_governor.zalo.errors import LoginRefusedError, ZaloError
from zalo_governor.zalo.recording.known import compare, known_structures
from zalo_governor.zalo.recording.rehearsal import Observed, Outcome, Rehearsal, load_rehearsal
from zalo_governor.zalo.recording.structure import Describer

_POLL_SECONDS = 0.1


class _StoppedError(GovernorError):
    """The operator stops the rehearsal, to continue it another time."""


class Guide:
    """Leads the operator through a rehearsal with the real Zalo; a stopped one goes on from its recording at `path`.

    `group_id` is the test group; "" to let the operator choose it.
    """

    def __init__(self, records: AppContext, path: Path, screen: Screen, group_id: str) -> None:
        now, simulated = records.clock(), records.settings.zalo.route_to is not None
        begun = Rehearsal(program=__version__, simulated=simulated, began_at=now, changed_at=now)
        self._rehearsal = load_rehearsal(path) or begun
        self._records = records
        self._path = path
        self._screen = screen
        self._group_id = group_id
        self._describer = Describer(self._rehearsal.next_number)
        self._hearing: Hearing | None = None
        self._unassigned: Heard | None = None
        """What arrived last without being recognised as an act; the operator can take it for the act that is asked."""
        self._typed = b""

    def run(self) -> Rehearsal:
        """Have one act after the other done and record what Zalo sends; return the recording.

        Ends when all are recorded or the operator stops. If all were recorded in an earlier run, those that were
        skipped, or for which nothing arrived, are asked for again.
        """
        self._screen.introduce()
        acts = self._rehearsal.acts
        if all(act.id in acts for act in all_acts()):
            self._rehearsal.acts = {act: seen for act, seen in acts.items() if seen.outcome is not Outcome.NOT_SEEN}
        try:
            while act := next((act for act in all_acts() if act.id not in self._rehearsal.acts), None):
                self._perform(act)
        except _StoppedError:
            self._screen.say_stopped()
        finally:
            if self._hearing:
                self._hearing.close()
        return self._rehearsal

    def _perform(self, act: Act) -> None:
        """Have one act done and record it: by people, or by the program if the act has a `lead`."""
        if act.lead in {Lead.DECLINE, Lead.LOGIN}:
            self._screen.show_act(act)
            does = leads.decline_login if act.lead is Lead.DECLINE else leads.sign_in
            self._record(act, does(self._records, self._screen.console))
            return
        hearing = self._open_line()
        self._screen.show_act(act)
        if act.lead is Lead.SEND_LONG_TEXTS:
            now = self._records.clock()
            self._record(act, leads.send_long_texts(hearing, self._group_id, self._screen.console, now))
            return
        if act.lead is Lead.GO_OFFLINE:
            hearing.disconnect()
            self._screen.say("  Đã ngắt kết nối. Gõ Enter khi đã đủ thời gian.")
            line = self._line(None)
            hearing.connect(wants_old=True)
            if line and self._obey(line, act):
                return
        self._wait_for(act, hearing)

    def _open_line(self) -> Hearing:
        """Return the connection to Zalo; on first use log in, by QR code if Zalo rejects the stored session."""
        if self._hearing is None:
            try:
                self._hearing = self._logged_in()
                group = self._chosen_group(self._hearing)
            except ZaloError as error:
                raise told(error) from error
            self._group_id = group.group_id
            self._rehearsal.client_version = self._hearing.session.client_version
            self._hearing.watch(group)
        return self._hearing

    def _logged_in(self) -> Hearing:
        try:
            return Hearing(self._records, self._describer)
        except (ConfigError, LoginRefusedError):
            self._records.settings.zalo.session_file.unlink(missing_ok=True)
            leads.sign_in(self._records, self._screen.console)
            return Hearing(self._records, self._describer)

    def _chosen_group(self, hearing: Hearing) -> GroupSnapshot:
        there = {group.id: group.name for group in own_groups(hearing.client)}
        if self._group_id not in there and there:
            default = 0 if len(there) == 1 else None
            chosen = Asking(self._screen.console).one("Chọn Nhóm thử theo số", list(there.values()), default)
            self._group_id = list(there)[chosen] if chosen is not None else ""
        if not self._group_id:
            raise GovernorError("Chưa chọn Nhóm thử, hoặc tài khoản dự phòng chưa ở trong Nhóm nào.")
        snapshot, _ = hearing.client.group(self._group_id)
        if not snapshot.co_admin_uids:
            self._screen.say("Nhóm thử chưa có phó nhóm; đề nghị đặt một người, rồi chạy lại lệnh này.")
        return snapshot

    def _wait_for(self, act: Act, hearing: Hearing) -> None:
        """Record what arrives until the act is recognised in it, or the operator skips the act or goes back."""
        while act.id not in self._rehearsal.acts:
            heard = hearing.next()
            if heard:
                self._take(heard, act)
                continue
            line = self._line(_POLL_SECONDS)
            if line is not None and self._obey(line, act):
                return

    def _line(self, seconds: float | None) -> str | None:
        """Return a line typed by the operator, waiting up to `seconds` for it (None: for ever); None if none comes."""
        # Read from the descriptor: sys.stdin could hold lines in its buffer, which `select` does not see.
        while b"\n" not in self._typed:
            if not select.select([sys.stdin], [], [], seconds)[0]:
                return None
            given = os.read(sys.stdin.fileno(), 4096)
            if not given:
                raise typer.Abort
            self._typed += given
        line, _, self._typed = self._typed.partition(b"\n")
        return line.decode("utf-8", "replace").strip()

    def _take(self, heard: Heard, asked: Act) -> None:
        """Record what arrived: as the act that is recognised in it, or else in the list of other things."""
        observed = self._observe(heard)
        done = self._rehearsal.acts
        waiting = [act for act in all_acts() if act.id not in done or done[act.id].outcome is Outcome.NOT_SEEN]
        act = recognise(heard, waiting, asked)
        if act:
            if act is not asked:
                self._screen.show_other_act(act)
            self._record(act, observed)
            return
        self._unassigned = heard
        self._rehearsal.add_other(observed.model_copy(update={"near": asked.id}))
        self._save()
        if not heard.event or heard.kind.removeprefix("old:") not in known_structures():
            self._screen.show_unassigned(observed)

    def _observe(self, heard: Heard) -> Observed:
        kind = heard.kind.removeprefix("old:")
        differences = [] if kind.startswith("line/") else compare(kind, heard.structure, known_structures())
        known = Outcome.KNOWN if differences == [] else Outcome.DIFFERENT
        return Observed(
            outcome=known if heard.event else Outcome.NOT_UNDERSTOOD,
            kind=heard.kind,
            event=heard.event,
            structure=heard.structure,
            differences=tuple(differences or ()),
            at=self._records.clock(),
        )

    def _obey(self, line: str, act: Act) -> bool:
        """Carry out what the operator typed while `act` is waited for; return whether an earlier act comes next."""
        missing = Observed(outcome=Outcome.NOT_SEEN, at=self._records.clock())
        match fold(line):
            case "b":
                self._record(act, missing)
            case "n":
                self._assign(act)
            case "<":
                return self._go_back(act)
            case "x":
                self._rehearsal.acts = {left.id: missing for left in all_acts()} | self._rehearsal.acts
                self._save()
            case "d":
                raise _StoppedError
            case "?":
                self._screen.show_progress(self._rehearsal.acts, act)
            case _:
                self._screen.show_act(act)
        return False

    def _assign(self, act: Act) -> None:
        """Record the last unrecognised arrival as the act, with the outcome NOT_UNDERSTOOD if its kind does not fit."""
        if self._unassigned is None:
            self._screen.say("  Chưa nhận được gì thêm.")
            return
        heard, self._unassigned = self._unassigned, None
        update = {} if act.is_of_kind(heard) else {"outcome": Outcome.NOT_UNDERSTOOD}
        self._record(act, self._observe(heard).model_copy(update=update))

    def _go_back(self, act: Act) -> bool:
        before = [earlier for earlier in all_acts()[: all_acts().index(act)] if earlier.lead is None]
        if not before:
            self._screen.say("  Đây là việc đầu tiên.")
            return False
        self._rehearsal.acts.pop(before[-1].id, None)
        self._save()
        return True

    def _record(self, act: Act, observed: Observed) -> None:
        """Store what was observed of an act in the recording, and show it."""
        self._rehearsal.acts[act.id] = observed
        self._screen.show_observed(observed)
        self._save()

    def _save(self) -> None:
        self._rehearsal.next_number = self._describer.next_number
        self._rehearsal.changed_at = self._records.clock()
        self._rehearsal.save(self._path)
