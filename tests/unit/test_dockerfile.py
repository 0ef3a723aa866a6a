"""The Dockerfile, as far as it can be tried without Docker: what it copies is there, and what it calls answers."""

import json
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.unit.app.monitoring.test_server import BLIND, GOOD, ask, free_port, serving
from zalo_governor.app.monitoring.health import Health
from zalo_governor.config.settings import Settings

ROOT = Path(__file__).parents[2]


class Line(NamedTuple):
    word: str
    rest: str


def stages() -> list[list[Line]]:
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = [Line(*line.split(maxsplit=1)) for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    starts = [number for number, line in enumerate(lines) if line.word == "FROM"]
    return [lines[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]


BUILD, RUN = stages()


def only(stage: list[Line], word: str) -> str:
    [line] = [line for line in stage if line.word == word]
    return line.rest


def test_images_are_named_by_their_plain_name() -> None:
    for stage in (BUILD, RUN):
        assert re.fullmatch(r"python:3\.1\d-slim( AS build)?", stage[0].rest)


def test_everything_that_is_copied_is_there_and_not_left_out() -> None:
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for line in BUILD:
        if line.word == "COPY":
            for source in line.rest.split()[:-1]:
                path = ROOT / source
                assert path.exists(), source
                sample = next(path.rglob("*.*")) if path.is_dir() else path
                assert any(fnmatch(str(sample.relative_to(ROOT)), pattern.replace("**", "*")) for pattern in kept), (
                    source
                )
    assert [line.rest for line in RUN if line.word == "COPY"] == ["--from=build /opt/zalo-governor /opt/zalo-governor"]


def test_the_wheel_is_made_of_nothing_else() -> None:
    """What pyproject.toml names for the build must be copied before it."""
    copied = " ".join(line.rest for line in BUILD if line.word == "COPY")
    for name in ("README.md", "LICENSE", "NOTICE", "config", "docs", "zalo_governor", "requirements/run.txt"):
        assert name in copied
    locked = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    assert re.search(r"^hatchling==", locked, re.MULTILINE), "--no-build-isolation needs it in the lock"


def test_it_does_not_run_as_root_and_ends_in_order() -> None:
    assert only(RUN, "USER") == "10001:10001"
    assert only(RUN, "STOPSIGNAL") == "SIGTERM"
    words = [*json.loads(only(RUN, "ENTRYPOINT")), *json.loads(only(RUN, "CMD"))]
    help_shown = subprocess.run(
        [sys.executable, "-m", "zalo_governor", *words[1:], "--help"], capture_output=True, text=True, check=False
    )
    assert help_shown.returncode == 0


@pytest.mark.parametrize(("found", "code"), [(GOOD, 0), (BLIND, 1), (None, 1)])
def test_the_health_check_goes_by_healthz(found: Health | None, code: int) -> None:
    """None: nobody listens."""
    command = json.loads(only(RUN, "HEALTHCHECK").partition("CMD ")[2])
    port = str(Settings().health.port)
    assert f":{port}/healthz" in command[-1]
    here = free_port()
    program = [sys.executable, *command[1:-1], command[-1].replace(port, str(here))]
    if found is None:
        assert subprocess.run(program, capture_output=True, check=False).returncode == code
        return
    with serving(here, [found]):
        ask(here, "/healthz")
        assert subprocess.run(program, capture_output=True, check=False).returncode == code
