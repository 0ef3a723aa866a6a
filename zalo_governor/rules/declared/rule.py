"""A rule that needs no code: the `check:` in its YAML file says which messages it finds."""

from collections.abc import Iterable
from typing import Any, ClassVar

from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.findings import Finding
from zalo_governor.rules.base import Need, Parameters, Rule, RuleContext
from zalo_governor.rules.declared.compiled import ReadList, compile_condition, needs_of
from zalo_governor.rules.declared.conditions import Condition
from zalo_governor.rules.declared.facts import FactReader

_LENGTH_OF_EXCERPT = 80


class DeclaredRule(Rule[Condition]):
    """Rule on messages, written in YAML alone. Its findings have its id as label; people read its `title` and `why`."""

    parameters_type: ClassVar[type[Parameters]] = Condition

    def __init__(self, *, reader: FactReader, read_list: ReadList, **given: Any) -> None:
        super().__init__(**given)
        self._reader = reader
        self._test = compile_condition(self.parameters, read_list)
        self.needs: frozenset[Need] = needs_of(self.parameters)

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """Return one finding on a message that meets the condition."""
        found: list[tuple[int, int]] = []
        if not isinstance(event, MessageSent) or not self._test(self._reader.read(event, context), found):
            return ()
        return (self.finding(self.id, spans=tuple(sorted(found)), excerpt=event.text[:_LENGTH_OF_EXCERPT] or None),)


def declare(rule_id: str) -> type[DeclaredRule]:
    """Return a new subclass of `DeclaredRule` with that id, as `id` is an attribute of a rule's class."""

    class Declared(DeclaredRule):
        id: ClassVar[str] = rule_id

    return Declared
