"""Starts the child process that computes the perceptual hash and thumbnail of a picture."""

import base64
import binascii
import subprocess
import sys

import structlog

from zalo_governor.domain.pictures import Looked
from zalo_governor.system.subprocess_env import environment

log = structlog.get_logger(__name__)

_SECONDS = 20.0
_COMMAND = (sys.executable, "-m", "zalo_governor.sandbox.images")


def look(content: bytes) -> Looked | None:
    """Return a picture's perceptual hash and thumbnail; None if it cannot be read, or not in time."""
    try:
        done = subprocess.run(  # noqa: S603
            _COMMAND, input=content, capture_output=True, timeout=_SECONDS, check=True, env=environment()
        )
        likeness, thumbnail = done.stdout.split()
        return Looked(likeness.decode("ascii"), base64.b64decode(thumbnail, validate=True))
    except (subprocess.SubprocessError, OSError, ValueError, binascii.Error) as error:
        log.warning("picture_not_read", error=type(error).__name__, size=len(content))
        return None
