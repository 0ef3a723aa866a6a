"""What the running bot did not understand is kept by its structure: bounded, once, and across a restart."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.zalo.wiring import admitted_of
from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.errors import UnparsableElementError
from zalo_governor.domain.inbound import ElementKind
from zalo_governor.zalo.events.parse import parse
from zalo_governor.zalo.frames.decrypt import Frame
from zalo_governor.zalo.recording.unknown import UnknownStructures
