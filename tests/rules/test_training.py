"""The shipped tables are what the scripts make of the shipped lines.

To make them takes minutes; that the same lines make the same bytes is shown on few of them (`tests/unit/training/`).
"""

from training import directives, harmful, questions, secrecy
from zalo_governor.config.shipped import shipped_config


def test_the_table_of_harmful_content_was_made_from_the_lines_that_ship() -> None:
    made_from = harmful.MADE_FROM.read_text(encoding="ascii").strip()
    assert made_from == harmful.fingerprint(harmful.examples(harmful.lines())), (
        f"run `{harmful.COMMAND}` and measure again"
    )


def test_the_tables_of_secrecy_were_made_from_the_lines_that_ship() -> None:
    made_from = secrecy.MADE_FROM.read_text(encoding="ascii").strip()
    assert made_from == secrecy.fingerprint(secrecy.lines(shipped_config())), (
        f"run `{secrecy.COMMAND}` and measure again"
    )


def test_the_tables_of_directives_were_made_from_the_lines_that_ship() -> None:
    made_from = directives.MADE_FROM.read_text(encoding="ascii").strip()
    assert made_from == directives.fingerprint(), f"run `{directives.COMMAND}` and measure again"


def test_the_table_of_questions_was_made_from_the_lines_that_ship() -> None:
    made_from = questions.MADE_FROM.read_text(encoding="ascii").strip()
    assert made_from == questions.fingerprint(questions.questions()), f"run `{questions.COMMAND}` and measure again"
