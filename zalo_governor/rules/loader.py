"""The rulebook of one office: the regulation and its rules, from YAML files, with file and line in every complaint."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from zalo_governor.config.yaml_file import Document, complaint, load_yaml, read_text, validate
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.escalation import Ladder
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.regulation import Regulation
from zalo_governor.rules.base import Maturity, Rule
from zalo_governor.rules.checks.diacritics import DiacriticsRule
from zalo_governor.rules.engine import Engine
from zalo_governor.rules.registry import RULES


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Coming(_Part):
    """Somebody comes into the group; people are named by whatever word, and stand in the roster or not."""

    who: tuple[str, ...]
    by: str = ""
    """Who adds them; the same word as in `who` for a link, "" where nobody knows."""
    asks: bool = False
    """They only ask to come in."""
    roster: tuple[str, ...] | None = None
    """Who belongs to the group; null where the office has given no roster."""


class GroupAct(_Part):
    """What somebody does to the group: exactly one of these."""

    name: str | None = None
    description: str | None = None
    picture: str | None = None
    """Its address."""
    owner: str | None = None
    """uid of the new one."""
    setting: dict[str, int] | None = None
    admin: bool | None = None
    """Whether somebody becomes Zalo's deputy, or is one no more."""
    link: str | None = None
    pin: str | None = None

    @model_validator(mode="after")
    def _one_act(self) -> "GroupAct":
        if sum(value is not None for value in dict(self).values()) != 1:
            raise ValueError(f"hãy ghi đúng một trong các mục: {', '.join(type(self).model_fields)}")
        return self


class Example(_Part):
    """A sample that a rule must find, or must let pass: exactly one of text, name, file_name, group, comes."""

    text: str | None = None
    name: str | None = None
    file_name: str | None = None
    comes: Coming | None = None
    group: GroupAct | None = None
    label: str | None = None
    """For `match`: the label that the rule must give, of any severity."""

    @model_validator(mode="after")
    def _one_subject(self) -> "Example":
        if sum(value is not None for value in (self.text, self.name, self.file_name, self.group, self.comes)) != 1:
            raise ValueError("hãy ghi đúng một trong các mục: text, name, file_name, group, comes")
        return self


class Examples(_Part):
    """Samples that ride with a rule; `zalo-governor rules test` runs them."""

    match: tuple[Example, ...] = ()
    no_match: tuple[Example, ...] = ()

    @model_validator(mode="after")
    def _labelled(self) -> "Examples":
        if any(example.label is None for example in self.match):
            raise ValueError("mỗi ví dụ trong match phải có label, là nhãn mà quy tắc phải cho")
        return self


class Exemption(_Part):
    """What the rule lets pass on purpose, and why."""

    what: str
    reason: str


class RuleSpec(_Part):
    """One file of `rules/`."""

    id: str
    clause: str
    title: str
    why: str
    severity: Severity
    maturity: Maturity
    parameters: dict[str, Any] = {}
    exemptions: tuple[Exemption, ...] = ()
    examples: Examples = Examples()


class Rulebook(NamedTuple):
    """Everything that judging needs; immutable, replaced as a whole when the files change."""

    regulation: Regulation
    ladder: Ladder
    engine: Engine
    specs: Mapping[str, RuleSpec]
    """By rule id."""

    def with_marks(self, text: str) -> list[str]:
        """The likeliest sentences with marks for one that was typed without, the best first."""
        return next(rule for rule in self.engine.rules if isinstance(rule, DiacriticsRule)).with_marks(text)


def load_rulebook(rules_dir: Path) -> Rulebook:
    """Read `quy-che.yaml`, `escalation.yaml`, `rules/*.yaml` and the `lexicons/` that the rules name.

    Raises:
        ConfigError: names file, line and key, and what to do; all wrong keys of one file at once.
    """
    regulation = validate(Regulation, load_yaml(rules_dir / "quy-che.yaml"))
    known = {rule.id: rule for rule in RULES}
    paths = sorted((rules_dir / "rules").glob("*.yaml"))
    loaded: dict[str, tuple[RuleSpec, Rule[Any]]] = {}
    for path in paths:
        document = load_yaml(path)
        spec = validate(RuleSpec, document)
        if spec.id not in known:
            raise document.error(("id",), f"không có quy tắc nào mang mã này; các mã hiện có: {', '.join(known)}")
        if spec.id != path.stem:
            raise document.error(("id",), f"mã phải trùng với tên tệp; hãy đổi tên tệp thành {spec.id}.yaml")
        if spec.clause not in {clause.number for clause in regulation.clauses}:
            raise document.error(
                ("clause",), 'quy-che.yaml không có khoản này; hãy ghi số khoản trong ngoặc kép, ví dụ "3.1"'
            )
        loaded[spec.id] = spec, _build(known[spec.id], spec, document, rules_dir / "lexicons")
    for rule_id in known:
        if rule_id not in loaded:
            missing = rules_dir / "rules" / f"{rule_id}.yaml"
            raise ConfigError(
                f"{missing}: không có tệp này; mỗi quy tắc phải có một tệp. Muốn quy tắc thôi báo, hãy ghi "
                "maturity: shadow"
            )
    return Rulebook(
        regulation=regulation,
        ladder=validate(Ladder, load_yaml(rules_dir / "escalation.yaml")),
        engine=Engine([loaded[rule.id][1] for rule in RULES]),
        specs={rule.id: loaded[rule.id][0] for rule in RULES},
    )


def read_lines(path: Path) -> tuple[str, ...]:
    """The lines of a lexicon or corpus, without those that are empty or begin with #.

    Raises:
        ConfigError: the file is missing or is not UTF-8.
    """
    return tuple(line for line in read_text(path).splitlines() if line.strip() and not line.startswith("#"))


def _build(rule: type[Rule[Any]], spec: RuleSpec, document: Document, lexicons_dir: Path) -> Rule[Any]:
    try:
        parameters = rule.parameters_type.model_validate(spec.parameters)
    except ValidationError as error:
        raise complaint(rule.parameters_type, document, error, ("parameters",)) from None
    lexicons = {name: read_lines(lexicons_dir / name) for name in rule.lexicon_names}
    try:
        return rule(
            clause=spec.clause,
            severity=spec.severity,
            maturity=spec.maturity,
            parameters=parameters,
            lexicons=lexicons,
        )
    except ValueError as error:
        raise ConfigError(f"{lexicons_dir}: có dòng sai dạng trong {', '.join(lexicons)}: {error}") from error
