"""Any JSON in any field of any kind of element becomes an event or a counted dead letter, and no check fails on it."""

import json
from functools import cache

from hypothesis import HealthCheck, given, settings

from tests.unit.zalo.wiring import ACCOUNT, NOW_MS, admitted
from tests.wire.any_json import changed_elements
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.errors import UnparsableElementError
from zalo_governor.domain.inbound import RawDict, Source
from zalo_governor.pipeline.secret_gate import SecretGate
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.zalo.events.extract import elements_of
from zalo_governor.zalo.events.parse import parse
from zalo_governor.zalo.frames.decrypt import Frame
from zalo_governor.zalo.frames.json import read_json


@cache
def door() -> SecretGate:
    return SecretGate(load_rulebook(shipped_config()).engine.gate_rules, Keys(bytes(32)).mac)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changed_elements())
def test_any_json_in_any_field_becomes_an_event_or_a_dead_letter(data: RawDict) -> None:
    frame = Frame(521, 0, read_json(json.dumps({"data": data}).encode()))
    heard = elements_of(frame, account=ACCOUNT, source=Source.LIVE, now_ms=NOW_MS)
    assert len(heard) == 1 or "controls" in data  # notices of uploads are no elements
    for element in heard:
        door().enter(element, NOW_MS)
        try:
            event = parse(admitted(element))
        except UnparsableElementError:
            continue
        assert all(isinstance(text, str) for _, text in event.strings())
