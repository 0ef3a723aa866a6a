"""What the tables of directives learn from."""

import pytest

from training.directives import lines, reply_lines
from training.questions import OWN, questions
from training.span_labels import labels_for
from zalo_governor.text.directives.addressees import EVERYBODY, NONE
from zalo_governor.text.directives.names import tokens_of
from zalo_governor.text.directives.replies import ACKNOWLEDGED, ANSWERED, NEITHER
from zalo_governor.text.questions import Intent


def test_the_lines_are_of_several_writers_and_only_leaders_order() -> None:
    known = lines()
    assert len({line.writer for line in known}) >= 8
    assert not [line.text for line in known if line.directive and line.role == "member"]
    assert not [line.text for line in known if not line.directive and (line.addressees or line.deadline)]
    assert not [line.text for line in known if line.deadline and line.deadline <= line.sent_at]


def test_each_question_is_of_a_known_kind_and_most_are_by_independent_hands() -> None:
    known = questions()
    assert {line.intent for line in known} == set(Intent)
    assert len({line.writer for line in known} - {OWN}) >= 12


def test_each_reply_is_of_a_known_kind() -> None:
    assert {reply.label for reply in reply_lines()} == {ACKNOWLEDGED, ANSWERED, NEITHER}


@pytest.mark.parametrize(
    ("said", "addressees", "marked"),
    [
        ("Sở TC gửi số liệu", ["Sở TC"], "B-A I-A O O O"),
        ("Sở NV, TC rà lại", ["Sở NV", "Sở TC"], "B-A I-A O B-R O O"),
        ("Các đ/c lưu ý", [EVERYBODY], "B-L I-L O O"),
        ("UBND các xã Vũ Hà, Hồng Lĩnh báo cáo", ["UBND xã Vũ Hà", "UBND xã Hồng Lĩnh"],
         "B-A I-A I-A I-A I-A O B-R I-R O O"),
        ("Ai trực thì báo", [], "O O O O"),
    ],
)  # fmt: skip
def test_tokens_are_labelled_for_the_training(said: str, addressees: list[str], marked: str) -> None:
    labels = labels_for(said, tokens_of(said), addressees)
    assert " ".join(labels) == marked
    assert (NONE in labels) is ("O" in marked)
