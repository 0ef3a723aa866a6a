"""Loads the regulations and their rules from YAML files; error messages name file, line and key."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from zalo_governor.config.shipped import shipped_config
from zalo_governor.config.yaml_file import Document, KeyPath, complaint, load_yaml, read_text, validate
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.escalation import Ladder
from zalo_governor.domain.regulation import (
    AbsenceRule,
    ClauseTopic,
    DeclaredWords,
    Regulation,
    RuleInForce,
    RuleStanding,
)
from zalo_governor.rules.base import Maturity, Rule, SealingRule
from zalo_governor.rules.checks.diacritics import DiacriticsRule
from zalo_governor.rules.declared.facts import FactReader
from zalo_governor.rules.declared.rule import declare
from zalo_governor.rules.engine import Engine
from zalo_governor.rules.registry import RULES
from zalo_governor.rules.specs import AbsentSpec, BoundSpec, DeclaredSpec, RuleSpec
from zalo_governor.text.wrong_line import WrongLineError

STANDARD_INPUT = Path("/dev/stdin")
REGULATIONS = "regulations"
"""Folder with a folder for each regulation besides the common one."""
_KNOWN = {rule.id: rule for rule in RULES}
_ORDER = {rule_id: place for place, rule_id in enumerate(_KNOWN)}


class Rulebook(NamedTuple):
    """A regulation, the escalation ladder and all rules; immutable, replaced as a whole when the files change."""

    regulation: Regulation
    ladder: Ladder
    engine: Engine
    """Runs the rules of this regulation; in the common rulebook, the rules of the regulation of each event's group."""
    specs: Mapping[str, RuleSpec | DeclaredSpec]
    """Content of each rule's YAML file, by rule id; shipped rules without changes in another regulation have none."""
    own: Mapping[str, "Rulebook"] = {}
    """The other regulations that groups may have, by the names of their folders; only in the common rulebook."""
    name: str = ""
    """Name of the regulation's folder; "" for the common one."""

    def with_marks(self, text: str) -> list[str]:
        """Return at most three corrections of Vietnamese typed without its diacritics, the likeliest first."""
        return next(rule for rule in self.engine.rules if isinstance(rule, DiacriticsRule)).with_marks(text)


def load_rulebook(rules_dir: Path) -> Rulebook:
    """Load the rulebook from `quy-che.yaml` (the regulation), `escalation.yaml`, `rules/*.yaml` and the word lists.

    The word lists are the files in `lexicons/` that the rules name. Each folder in `regulations/`, there or in the
    shipped configuration, is another regulation.

    Raises:
        ConfigError: a file is missing or invalid; the message names file, line, key and remedy, and lists all wrong
            keys of one file at once.
    """
    loader = _Loader([rules_dir])
    for path in loader.rule_files():
        loader.add(load_yaml(path))
    for rule_id in _KNOWN:
        if rule_id not in loader.rules:
            missing = rules_dir / "rules" / f"{rule_id}.yaml"
            raise ConfigError(
                f"{missing}: không có tệp này; mỗi quy tắc phải có một tệp. Muốn quy tắc thôi báo, hãy ghi "
                "maturity: shadow"
            )
    common = loader.rulebook(validate(Ladder, load_yaml(rules_dir / "escalation.yaml")))
    own = {name: _load_own(folder, rules_dir, common) for name, folder in regulation_folders(rules_dir).items()}
    engine = Engine(common.engine.rules, {name: book.engine.rules for name, book in own.items()})
    return common._replace(engine=engine, own=own)


def load_rule(path: Path, common: Rulebook, rules_dir: Path, regulation: str = "") -> Rule[Any]:
    """Load one rule that is written in YAML alone, to try it out; its file need not be among those in force.

    Its clause is one of the regulation in whose folder the file is, else of the one named `regulation` ("": the common
    one). A rule that is read from `STANDARD_INPUT` may have any id.

    Raises:
        ConfigError: the file is wrong, or is not such a rule.
    """
    named = regulation_folders(rules_dir)
    homes = {folder.resolve(): folder for folder in (*named.values(), rules_dir)}
    home = homes.get(path.resolve().parent.parent) or named.get(regulation, rules_dir)
    folders = [*dict.fromkeys((home, rules_dir))]
    document, loader = load_yaml(path), _Loader(folders, common if folders[1:] else None)
    if path == STANDARD_INPUT:
        document = document._replace(path=Path(f"{document.data.get('id', path.stem)}.yaml"))
    if "check" not in document.data:
        raise document.error((), "không có mục check; quy tắc kèm theo chương trình thử bằng lệnh rules replay")
    loader.add(document)
    return loader.rules[document.path.stem]


def regulation_folders(rules_dir: Path) -> dict[str, Path]:
    """Return name -> folder of each regulation besides the common one; an office's own replaces a shipped one."""
    bases = dict.fromkeys((shipped_config(), rules_dir))
    return {
        path.parent.name: path.parent for base in bases for path in sorted(base.glob(f"{REGULATIONS}/*/quy-che.yaml"))
    }


def _load_own(folder: Path, rules_dir: Path, common: Rulebook) -> Rulebook:
    """Load the regulation of a folder; its own word lists and escalation ladder replace the common ones."""
    loader = _Loader([folder, rules_dir], common)
    for path in loader.rule_files():
        loader.add(load_yaml(path))
    loader.bind_named()
    escalation = folder / "escalation.yaml"
    ladder = validate(Ladder, load_yaml(escalation)) if escalation.exists() else common.ladder
    return loader.rulebook(ladder)._replace(name=folder.name)


class _Loader:
    """Reader of one regulation and its rules.

    Args:
        folders: where its files are; word lists are looked for in each, in this order.
        common: the common rulebook, whose rules the regulation may use; None while the common one itself is loaded.
    """

    def __init__(self, folders: list[Path], common: Rulebook | None = None) -> None:
        self._folders = folders
        self._common = {rule.id: rule for rule in common.engine.rules} if common else {}
        self._common_specs = common.specs if common else {}
        self._common_regulation = common.regulation if common else None
        self._file = load_yaml(folders[0] / "quy-che.yaml")
        self._regulation = validate(Regulation, self._file)
        if common:
            self._regulation = self._regulation.under_law()
        self._topics = {topic: number for topic in ClauseTopic if (number := self._regulation.number_of(topic))}
        self._reader = FactReader()
        self.rules: dict[str, Rule[Any]] = {}
        self._specs: dict[str, RuleSpec | DeclaredSpec] = {}
        self._absences: list[AbsenceRule] = []

    def rule_files(self) -> list[Path]:
        """Return the files of the regulation's rules."""
        return sorted((self._folders[0] / "rules").glob("*.yaml"))

    def add(self, document: Document) -> None:
        """Create the rule that a YAML file describes; raise ConfigError if the file is wrong."""
        if "check" in document.data:
            declared = validate(DeclaredSpec, document)
            self._require(document, "id", declared.id, declared.clause)
            if declared.id in _KNOWN:
                raise document.error(("id",), "mã này là của một quy tắc kèm theo chương trình; hãy đặt mã khác")
            self._specs[declared.id] = declared
            self.rules[declared.id] = self._declare(declared, document)
        elif "absent" in document.data:
            absent = validate(AbsentSpec, document)
            self._require(document, "id", absent.id, absent.clause)
            within = timedelta(hours=absent.absent.answer_within_hours or 0)
            if absent.maturity is Maturity.ACTIVE:
                told = (absent.id, absent.clause, absent.title, " ".join(absent.why.split()))
                self._absences.append(AbsenceRule(*told, within, absent.absent.report_by))
        elif self._common:
            bound = validate(BoundSpec, document)
            self._require(document, "uses", bound.uses, bound.clause, known=True)
            self._bind(bound, document)
        else:
            spec = validate(RuleSpec, document)
            self._require(document, "id", spec.id, spec.clause, known=True)
            self._specs[spec.id] = spec
            self.rules[spec.id] = self._made(spec, spec.parameters, document)

    def bind_named(self) -> None:
        """Add shipped rules without a file: those in `by` of clauses (to the first such clause), those on secrets."""
        for place, clause in enumerate(self._regulation.clauses):
            for rule_id in clause.by:
                if rule_id in _KNOWN and rule_id not in self.rules:
                    self._bind(BoundSpec(uses=rule_id, clause=clause.number), self._file)
                elif rule_id[:1].isdecimal() and rule_id not in self.rules:
                    raise self._file.error(("clauses", place, "by"), f"không có quy tắc nào mang mã {rule_id}")
        for rule_id, rule in self._common.items():
            if isinstance(rule, SealingRule) and rule_id not in self.rules:
                self._bind(BoundSpec(uses=rule_id, clause=self._topics[ClauseTopic.SECRETS]), self._file)

    def rulebook(self, ladder: Ladder) -> Rulebook:
        """Return the rulebook of all rules added: first those of the registry in its order, then the others."""
        rules = sorted(self.rules.values(), key=lambda rule: (_ORDER.get(rule.id, len(_ORDER)), rule.id))
        specs = {rule.id: self._specs[rule.id] for rule in rules if rule.id in self._specs}
        words = {
            rule_id: DeclaredWords(spec.title, " ".join(spec.why.split()), spec.notices)
            for rule_id, spec in specs.items()
            if isinstance(spec, DeclaredSpec)
        }
        titled = {**self._common_specs, **self._specs}
        regulation = self._regulation.informed(
            {rule.id: RuleInForce(rule.clause, _standing(rule), titled[rule.id].title) for rule in rules},
            words,
            self._absences,
            self._common_regulation,
        )
        return Rulebook(regulation, ladder, Engine(rules), specs)

    def _declare(self, spec: DeclaredSpec, document: Document) -> Rule[Any]:
        return declare(spec.id)(
            clause=spec.clause,
            severity=spec.found_severity,
            maturity=spec.maturity,
            parameters=spec.check,
            topics=self._topics,
            reader=self._reader,
            read_list=lambda name: self._read_list(name, document),
        )

    def _bind(self, spec: BoundSpec, document: Document) -> None:
        """Add a shipped rule under a clause of this regulation, created anew for other parameters or word lists."""
        sealing = issubclass(_KNOWN[spec.uses], SealingRule)
        if sealing and (spec.parameters or spec.severity or spec.maturity):
            raise document.error(
                ("uses",), "quy tắc về bí mật nhà nước chạy theo luật, ở đây chỉ ghi được clause; hãy bỏ các mục khác"
            )
        rule, common = self._common[spec.uses], self._common_specs[spec.uses]
        severity, maturity = spec.severity or rule.severity, spec.maturity or rule.maturity
        own_lists = any((self._folders[0] / "lexicons" / name).exists() for name in rule.lexicon_names)
        if isinstance(common, RuleSpec) and (spec.parameters or own_lists):
            parameters = {**common.parameters, **spec.parameters}
            settings = {"clause": spec.clause, "severity": severity, "maturity": maturity}
            self.rules[rule.id] = self._made(common.model_copy(update=settings), parameters, document)
        else:
            self.rules[rule.id] = rule.bound(
                clause=spec.clause, severity=severity, maturity=maturity, topics=self._topics
            )

    def _made(self, spec: RuleSpec, given: Mapping[str, Any], document: Document) -> Rule[Any]:
        rule = _KNOWN[spec.id]
        try:
            parameters = rule.parameters_type.model_validate(given)
        except ValidationError as error:
            raise complaint(rule.parameters_type, document, error, ("parameters",)) from None
        files = {name: self._find_list(name) for name in rule.lexicon_names}
        try:
            return rule(
                clause=spec.clause,
                severity=spec.severity,
                maturity=spec.maturity,
                parameters=parameters,
                lexicons={name: read_lines(path) for name, path in files.items()},
                topics=self._topics,
            )
        except WrongLineError as error:
            raise locate(error, files.values()) from error

    def _find_list(self, name: str) -> Path:
        paths = [folder / "lexicons" / name for folder in self._folders]
        return next((path for path in paths if path.exists()), paths[-1])

    def _read_list(self, name: str, document: Document) -> tuple[str, ...]:
        """Return the phrases of a word list: one per line, or the first column of a spreadsheet's first sheet."""
        path = self._find_list(name)
        at = _place_of(document.data, "file", name) or ("check",)
        if not path.exists():
            folder = self._folders[0] / "lexicons"
            raise document.error(at, f"không có danh sách {name}; hãy đặt tệp vào {folder}, hoặc sửa tên ở đây")
        phrases = read_lines(path) if path.suffix == ".txt" else _read_first_column(path)
        if not phrases:
            raise document.error(at, "danh sách từ này trống; hãy ghi mỗi dòng một từ, cụm từ")
        return phrases

    def _require(self, document: Document, key: str, rule_id: str, clause: str, *, known: bool = False) -> None:
        """Raise ConfigError if rule or clause is unknown, or if the file is not named after the id (under `key`)."""
        if known and rule_id not in _KNOWN:
            raise document.error(
                (key,), f"không có quy tắc nào mang mã này; các mã hiện có: {', '.join(_KNOWN)}; mã mới cần mục check"
            )
        if rule_id != document.path.stem:
            raise document.error((key,), f"mã phải trùng với tên tệp; hãy đổi tên tệp thành {rule_id}.yaml")
        if self._regulation.find(clause) is None:
            there = ", ".join(one.number for one in self._regulation.clauses)
            raise document.error(
                ("clause",),
                f"quy-che.yaml không có khoản này; hãy ghi một khoản trong ngoặc kép; các khoản hiện có: {there}",
            )


def _standing(rule: Rule[Any]) -> RuleStanding:
    if isinstance(rule, SealingRule):
        return RuleStanding.SECRECY
    return RuleStanding.ON_TRIAL if rule.maturity is Maturity.SHADOW else RuleStanding.SWITCHABLE


def _place_of(data: object, key: str, value: str, at: KeyPath = ()) -> KeyPath | None:
    """Return the path of keys to the first `key` with that value in `data`; None if there is none."""
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(data, dict):
        if data.get(key) == value:
            return (*at, key)
        inner = data.items()
    elif isinstance(data, list):
        inner = enumerate(data)
    return next(filter(None, (_place_of(one, key, value, (*at, step)) for step, one in inner)), None)


def _read_first_column(path: Path) -> tuple[str, ...]:
    # Imported here, as only an office's own lists are spreadsheets (10 MB).
    import openpyxl  # noqa: PLC0415

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        rows = [row[0] for row in book.worksheets[0].iter_rows(max_col=1, values_only=True) if row]
    except Exception as error:  # A spreadsheet that is none fails in many ways.
        raise ConfigError(f"{path}: không đọc được bảng tính; hãy lưu lại dạng .xlsx") from error
    return tuple(str(cell).strip() for cell in rows if cell is not None and str(cell).strip())


def read_lines(path: Path) -> tuple[str, ...]:
    """Return the lines of a word list, or of a file of examples, without empty lines and lines that begin with #.

    Raises:
        ConfigError: the file is missing or is not UTF-8.
    """
    return tuple(line for line in read_text(path).splitlines() if line.strip() and not line.startswith("#"))


def locate(error: WrongLineError, paths: Iterable[Path]) -> ConfigError:
    """Return (not raise) an error that names the file, one of `paths`, and the number of the wrong line."""
    for path in paths:
        for number, line in enumerate(read_text(path).splitlines(), 1):
            if line == error.line:
                return ConfigError(f"{path}:{number}: {error}")
    return ConfigError(str(error))
