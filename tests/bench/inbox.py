"""Benchmark from socket frames to the inbox: decode, split into elements, check for secrets, encrypt, store durably."""

import base64
import secrets
import time
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.bench.figures import Figures
from tests.bench.store import sync_ms
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.inbound import Source
from zalo_governor.pipeline.intake import Intake
from zalo_governor.pipeline.secret_gate import SecretGate
from zalo_governor.rules.loader import load_rulebook
from zalo_governor.simulator.frames import encode
from zalo_governor.simulator.load.chatter import sentence
from zalo_governor.simulator.messages import group_message
from zalo_governor.simulator.world import GROUP_ID, World
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.zalo.events.extract import elements_of
from zalo_governor.zalo.frames.decrypt import FrameDecoder

COUNT = 20_000
TOGETHER = 200
"""Number of one-message frames that are stored in one transaction, as in a burst."""


def inbox(folder: Path) -> Figures:
    """Return the disk's sync time in ms, and the messages per second from one-message frames to the durable inbox."""
    frames, decoder = _frames()
    database = Database(f"sqlite:///{folder / 'inbox.db'}", Keys(secrets.token_bytes(32)), system_clock)
    database.migrate()
    door = SecretGate(load_rulebook(shipped_config()).engine.gate_rules, database.keys.mac)
    intake = Intake(
        Inbox(database),
        door,
        groups=[GROUP_ID],
        watched=lambda receipt: False,
        on_admitted=lambda admitted: None,
        clock=system_clock,
    )
    began = time.perf_counter()
    admitted = 0
    for start in range(0, COUNT, TOGETHER):
        elements = []
        for data in frames[start : start + TOGETHER]:
            elements += elements_of(decoder.decode(data), account="bot", source=Source.LIVE, now_ms=0)
        admitted += len(intake.admit(elements))
    seconds = time.perf_counter() - began
    database.close()
    assert admitted == COUNT
    return {"sync_ms": sync_ms(folder), "inbox_per_s": COUNT / seconds}


def _frames() -> tuple[list[bytes], FrameDecoder]:
    world, key = World(system_clock), secrets.token_bytes(16)
    decoder = FrameDecoder()
    decoder.decode(b"\x01\x01\x00\x01" + orjson.dumps({"key": base64.b64encode(key).decode()}))
    messages = [group_message(world, {"_text": sentence(number)}) for number in range(COUNT)]
    cipher = AESGCM(key)
    return [encode(521, 0, {"groupMsgs": [message]}, cipher) for message in messages], decoder
