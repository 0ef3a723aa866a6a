"""The texts that the code names: each is in config/messages/, and gets its fields; none there is unused."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.unit.features.desk import CATALOGUE
from zalo_governor.features.cases import label_words
from zalo_governor.features.cases.member_request import MemberRequest
from zalo_governor.messaging import formatter
from zalo_governor.messaging.templates import TextId

ROOT = Path(__file__).parents[3] / "zalo_governor"
SHIPPED = set(CATALOGUE)


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(ROOT.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "TextId(" in source:
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Call):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def _named(node: ast.expr) -> Iterator[str]:
    """Yield the patterns of the ids that an expression may be: one, or those of a condition."""
    if isinstance(node, ast.IfExp):
        yield from _named(node.body)
        yield from _named(node.orelse)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "TextId":
        (of,) = node.args
        if isinstance(of, ast.Constant):
            yield re.escape(str(of.value))
        elif isinstance(of, ast.JoinedStr):
            pieces = (str(part.value) if isinstance(part, ast.Constant) else None for part in of.values)
            yield "".join("[a-z_0-9]+" if piece is None else re.escape(piece) for piece in pieces)


def _ids(node: ast.expr) -> set[TextId]:
    return {text for pattern in _named(node) for text in SHIPPED if re.fullmatch(pattern, text)}


def test_every_text_that_the_code_names_is_shipped() -> None:
    unknown = [f"{place}: {pattern}" for place, call in _calls() for pattern in _named(call) if not _ids(call)]
    assert not unknown


def _named_by_rule() -> set[TextId]:
    """The texts of labels, reasons, states and results of requests, whose ids are formed of these."""
    of_labels = {text for words in label_words.WORDS.values() for text in words.texts.values()}
    of_requests = {request.told_to_admins for request in MemberRequest}
    return of_labels | of_requests | {*label_words._REASONS.values(), *formatter._STATES.values()}


def test_every_label_and_reason_of_a_finding_and_every_result_of_a_request_has_a_shipped_text() -> None:
    assert _named_by_rule() <= SHIPPED


def test_every_shipped_text_is_named_in_the_code() -> None:
    forming = {"features/cases/label_words.py", "features/cases/member_request.py", "messaging/formatter.py"}
    named = {
        text
        for place, call in _calls()
        for text in _ids(call)
        if place.partition(":")[0] not in forming or isinstance(call.args[0], ast.Constant)
    }
    assert not SHIPPED - named - _named_by_rule()


def test_every_text_gets_the_fields_that_it_has() -> None:
    wrong = []
    for place, call in _calls():
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in {"render", "say_to_anybody", "say_of"}:
            continue
        of_case = call.func.attr == "say_of"  # It takes the case first, and gives the text the code of it.
        given = {field.arg for field in call.keywords} | ({"code"} if of_case else set())
        for text in _ids(call.args[of_case]) if len(call.args) > of_case and None not in given else ():
            if given != CATALOGUE.template(text).fields:
                wrong.append(
                    f"{place}: {text} has {sorted(CATALOGUE.template(text).fields)}, gets {sorted(map(str, given))}"
                )
    assert not wrong
