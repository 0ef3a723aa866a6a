"""Loads the regulation and its rules from YAML files; error messages name file and line."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator

from zalo_governor.config.yaml_file import Document, complaint, load_yaml, read_text, validate
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.escalation import Ladder
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.regulation import Regulation
from zalo_governor.rules.base import Maturity, Rule
from zalo_governor.rules.checks.diacritics import DiacriticsRule
from zalo_governor.rules.engine import Engine
from zalo_governor.rules.registry import RULES
from zalo_governor.text.wrong_line import WrongLineError


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Coming(_Part):
    """Example event in a rule's YAML file: people join the group, or ask to join.

    People are named by arbitrary labels instead of uids.
    """

    who: tuple[str, ...]
    """Labels of the people who join or ask to."""
    by: str = ""
    """Label of the person who adds them; the same as in `who` if they join by link themselves, "" if unknown."""
    asks: bool = False
    """True if they ask to join and are not in the group yet."""
    roster: tuple[str, ...] | None = None
    """Labels of the people on the roster; null if no roster has been imported."""


class GroupAct(_Part):
    """Example event in a rule's YAML file: somebody changes the group's name, picture, settings or the like.

    Exactly one field is set: what changes, with its new value.
    """

    name: str | None = None
    description: str | None = None
    picture: str | None = None
    """URL of the new group picture."""
    owner: str | None = None
    """uid of the new group owner."""
    setting: dict[str, int] | None = None
    admin: bool | None = None
    """True if somebody is made a deputy admin of the Zalo group, False if somebody loses this right."""
    link: str | None = None
    pin: str | None = None

    @model_validator(mode="after")
    def _one_act(self) -> "GroupAct":
        if sum(value is not None for value in dict(self).values()) != 1:
            raise ValueError(f"hãy ghi đúng một trong các mục: {', '.join(type(self).model_fields)}")
        return self


class Example(_Part):
    """An example in a rule's YAML file, for testing the rule: an event, and the finding expected.

    Exactly one of text, name, file_name, group and comes is set.
    """

    text: str | None = None
    """Text of a message."""
    name: str | None = None
    """Display name of a member."""
    file_name: str | None = None
    """Name of an attached file."""
    comes: Coming | None = None
    """People who join or ask to."""
    group: GroupAct | None = None
    """A change of the group."""
    label: str | None = None
    """Label that the rule's finding on the example must have, with any severity; required in `match`."""

    @model_validator(mode="after")
    def _one_subject(self) -> "Example":
        if sum(value is not None for value in (self.text, self.name, self.file_name, self.group, self.comes)) != 1:
            raise ValueError("hãy ghi đúng một trong các mục: text, name, file_name, group, comes")
        return self


def _labelled(example: Example) -> Example:
    if example.label is None:
        raise ValueError("ví dụ trong match phải có label, là nhãn mà quy tắc phải cho, ví dụ như các dòng bên cạnh")
    return example


class Examples(_Part):
    """Examples in a rule's YAML file, run by `zalo-governor rules test`.

    The rule must have a finding on each in `match`, and none on those in `no_match`.
    """

    match: tuple[Annotated[Example, AfterValidator(_labelled)], ...] = ()
    no_match: tuple[Example, ...] = ()


class Exemption(_Part):
    """Documentation of one kind of content that the rule deliberately does not report, and the reason."""

    what: str
    reason: str


class RuleSpec(_Part):
    """Content of one rule's YAML file in `rules/`: its clause, severity, parameters, exemptions and examples."""

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
    """The regulation, the escalation ladder (who is notified when) and all rules.

    Immutable; replaced as a whole when the files change.
    """

    regulation: Regulation
    ladder: Ladder
    engine: Engine
    specs: Mapping[str, RuleSpec]
    """Content of each rule's YAML file, by rule id."""

    def with_marks(self, text: str) -> list[str]:
        """Return at most three corrections of Vietnamese typed without its diacritics, the likeliest first."""
        return next(rule for rule in self.engine.rules if isinstance(rule, DiacriticsRule)).with_marks(text)


def load_rulebook(rules_dir: Path) -> Rulebook:
    """Load the rulebook from `quy-che.yaml` (the regulation), `escalation.yaml`, `rules/*.yaml` and the word lists.

    The word lists are the files in `lexicons/` that the rules name.

    Raises:
        ConfigError: a file is missing or invalid; the message names file, line, key and remedy, and lists all wrong
            keys of one file at once.
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
        loaded[spec.id] = spec, _create_rule(known[spec.id], spec, document, rules_dir / "lexicons")
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
    """Return the lines of a word list, or of a file of examples, without empty lines and lines that begin with #.

    Raises:
        ConfigError: the file is missing or is not UTF-8.
    """
    return tuple(line for line in read_text(path).splitlines() if line.strip() and not line.startswith("#"))


def locate(error: WrongLineError, paths: Iterable[Path]) -> ConfigError:
    """Return (not raise) an error with the name of the file that has the wrong line, and the line's number."""
    for path in paths:
        for number, line in enumerate(read_text(path).splitlines(), 1):
            if line == error.line:
                return ConfigError(f"{path}:{number}: {error}")
    return ConfigError(str(error))


def _create_rule(rule: type[Rule[Any]], spec: RuleSpec, document: Document, lexicons_dir: Path) -> Rule[Any]:
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
    except WrongLineError as error:
        raise locate(error, [lexicons_dir / name for name in lexicons]) from error
