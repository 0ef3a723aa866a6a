"""Hands a picture to the other process."""

import base64
import binascii
import subprocess
import sys

import structlog

from zalo_governor.domain.pictures import Looked
from zalo_governor.system.subprocess_env import environment

log = structlog.get_logger(__name__)

_SECONDS = 20.0
_OTHER = (sys.executable, "-m", "zalo_governor.sandbox.images")


def look(content: bytes) -> Looked | None:
    """Perceptual hash and thumbnail of a picture; None where it is none, or takes too much to read."""
    try:
        done = subprocess.run(  # noqa: S603
            _OTHER, input=content, capture_output=True, timeout=_SECONDS, check=True, env=environment()
        )
        likeness, thumbnail = done.stdout.split()
        return Looked(likeness.decode("ascii"), base64.b64decode(thumbnail, validate=True))
    except (subprocess.SubprocessError, OSError, ValueError, binascii.Error) as error:
        log.warning("picture_not_read", error=type(error).__name__, size=len(content))
        return None
