"""Leads the operator through the acts of a rehearsal: asks, recognises what arrives, explains, and keeps the recording."""

import os
import select
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import typer

from zalo_governor.cli.rehearse.acts import Act, Heard, Lead, all_acts, recognise
from zalo_governor.cli.rehearse.screen import Screen
from zalo_governor.domain.clock import Clock
from zalo_governor.text.fold import fold
from zalo_governor.zalo.recording.known import compare, known_structures
from zalo_governor.zalo.recording.rehearsal import Observed, Outcome, Rehearsal
from zalo_governor.zalo.recording.structure import Describer

_POLL_SECONDS = 0.1


class StoppedError(Exception):  # noqa: N818  private to this package
    """The operator wants to go on another time."""


class Guide:
    """A rehearsal in progress.

    Args:
        rehearsal: the recording so far, which grows.
        path: its file.
        describer: describes what arrives; its numbers are kept with the recording.
        screen: where to show what to do and what arrived.
        clock: gives the present time.
    """

    def __init__(
        self, rehearsal: Rehearsal, path: Path, describer: Describer, screen: Screen, clock: Clock
    ) -> None:
        self._rehearsal = rehearsal
        self._path = path
        self._describer = describer
        self._screen = screen
        self._clock = clock
        self._unassigned: Heard | None = None
        """What arrived last without being recognised as an act; the operator can take it for the act that is asked."""
        self._typed = b""

    def next_act(self) -> Act | None:
        """Return the first act of which nothing is recorded yet; None if there is none."""
        return next((act for act in all_acts() if act.id not in self._rehearsal.acts), None)

    def show(self, act: Act) -> None:
        """Show what the operator has to do now."""
        self._screen.show_act(all_acts().index(act) + 1, len(all_acts()), act)

    def record(self, act: Act, observed: Observed) -> None:
        """Keep what was observed of an act, and show it."""
        self._rehearsal.acts[act.id] = observed
        self._screen.show_observed(observed)
        self._save()

    def wait_for(self, act: Act, hear: Callable[[], Heard | None]) -> None:
        """Wait until an act has arrived, or the operator passes it over or goes back.

        `hear` returns what arrived next. What arrives of other acts is recorded too.

        Raises:
            StoppedError: the operator wants to go on another time.
            typer.Abort: the input has ended.
        """
        while act.id not in self._rehearsal.acts:
            heard = hear()
            if heard:
                self._take(heard, act)
                continue
            line = self.line(_POLL_SECONDS)
            if line is not None and self._obey(line, act):
                return

    def line(self, seconds: float | None) -> str | None:
        """Return what the operator typed, waiting for so many seconds (None: for ever); None if nothing.

        Raises:
            typer.Abort: the input has ended.
        """
        # Read from the file itself: a buffered reader could hold lines of which `select` knows nothing.
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
        """Record something that arrived: as an act that is waited for, or among the others."""
        observed = self._observe(heard)
        act = recognise(heard, self._waiting(), asked)
        if act is None:
            self._unassigned = heard
            self._rehearsal.add_other(observed.model_copy(update={"near": asked.id}))
            if not heard.event or heard.kind.removeprefix("old:") not in known_structures():
                self._screen.show_unassigned(observed)
            self._save()
            return
        if act is not asked:
            self._screen.show_other_act(all_acts().index(act) + 1, act)
        self.record(act, observed)

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
            at=self._clock(),
        )

    def _waiting(self) -> Sequence[Act]:
        """Return the acts that have not arrived, also those that were passed over."""
        acts = self._rehearsal.acts
        return [act for act in all_acts() if act.id not in acts or acts[act.id].outcome is Outcome.NOT_SEEN]

    def _obey(self, line: str, act: Act) -> bool:
        """Do what the operator typed while an act is waited for; return whether another act is to be asked for."""
        match fold(line):
            case "b":
                self.record(act, Observed(outcome=Outcome.NOT_SEEN, at=self._clock()))
            case "n":
                self._assign(act)
            case "<":
                return self._go_back(act)
            case "x":
                for left in all_acts():
                    missing = Observed(outcome=Outcome.NOT_SEEN, at=self._clock())
                    self._rehearsal.acts.setdefault(left.id, missing)
                self._save()
            case "d":
                raise StoppedError
            case "?":
                self._screen.show_progress(all_acts(), self._rehearsal.acts, act)
            case _:
                self.show(act)
        return False

    def _assign(self, act: Act) -> None:
        """Take what arrived last for the act; if it is of another kind, it was not understood as the act."""
        if self._unassigned is None:
            self._screen.say("  Chưa nhận được gì thêm.")
            return
        observed = self._observe(self._unassigned)
        if not act.is_of_kind(self._unassigned):
            observed = observed.model_copy(update={"outcome": Outcome.NOT_UNDERSTOOD})
        self._unassigned = None
        self.record(act, observed)

    def _go_back(self, act: Act) -> bool:
        before = [earlier for earlier in all_acts()[: all_acts().index(act)] if earlier.lead is None]
        if not before:
            self._screen.say("  Đây là việc đầu tiên.")
            return False
        self._rehearsal.acts.pop(before[-1].id, None)
        self._save()
        return True

    def _save(self) -> None:
        self._rehearsal.next_number = self._describer.next_number
        self._rehearsal.changed_at = self._clock()
        self._rehearsal.save(self._path)
