"""Broken files, as many as a short time allows, through the real process; `python -m tests.bench fuzz` takes longer."""

import random

import pytest

from tests.bench.fuzz import SECONDS, corpus, fuzz, mutate
from tests.zoo.scanning import CONFIG
from zalo_governor.sandbox.attachments.client import AttachmentScanner, command


@pytest.mark.parametrize("seed", [1, 2])
def test_broken_files_end_in_an_answer(seed: int) -> None:
    scanner = AttachmentScanner(command(CONFIG, SECONDS))
    try:
        fuzzed = fuzz(scanner, seconds=6.0, seed=seed, least=4)
    finally:
        scanner.close()
    assert [told for told, _ in fuzzed.bad] == []
    assert fuzzed.slowest < SECONDS


def test_a_seed_gives_the_same_files_again() -> None:
    content = corpus()[0][1]
    one, other = (mutate(random.Random(7), content, content) for _ in range(2))  # noqa: S311
    assert one == other
