"""The lines by many hands: enough of them, by enough writers, each in a section that is known."""

from collections import Counter

import pytest

from training.writers import read_lines

CATEGORIES = {
    "drugs", "gambling", "prostitution", "obscenity", "violence", "crime", "public_order", "national_security",
    "illegal_religion", "superstition", "insult", "fine_customs", "scam", "advertising", "unverified",
}  # fmt: skip


@pytest.mark.parametrize(("name", "least"), [("secrecy.txt", 6_000), ("harmful.txt", 10_000)])
def test_there_are_many_lines_by_many_hands_and_no_hand_has_most_of_them(name: str, least: int) -> None:
    by_writer = Counter(line.writer for line in read_lines(name))
    assert len(by_writer) >= 15
    assert sum(by_writer.values()) >= least
    assert max(by_writer.values()) < sum(by_writer.values()) / 10


def test_each_line_stands_in_a_known_section_and_no_two_writers_share_many() -> None:
    assert {line.label for line in read_lines("secrecy.txt")} == {"leak", "talk", "clean"}
    harmful = read_lines("harmful.txt")
    assert {line.kind for line in harmful} == CATEGORIES | {"chat"}
    texts = Counter(line.text.casefold() for line in harmful)
    assert sum(times > 1 for times in texts.values()) < 20
