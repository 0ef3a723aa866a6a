"""`python -m tests.bench content`: recall and false alarms of the rules on state secrets and harmful content."""

import math
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from training.content_sets import (
    BORDERLINE,
    CLASSIFIED,
    CLEAN,
    HARMFUL,
    HARMFUL_LEFT_OUT,
    LEFT_OUT,
    Sample,
    corpora,
    development,
    shipped_classified,
    shipped_harmful,
)
from zalo_governor.cli.check import subject_event
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import NO_CONTEXT
from zalo_governor.rules.loader import Rulebook, load_rulebook, read_lines
from zalo_governor.text.topics import Lexicon

Judge = Callable[[Sample], str]
"""Function that classifies a sample as `classified`, `look`, `borderline`, `harmful`, `strict` or `clean`."""

_TOPICS = frozenset(
    (
        *("drugs", "gambling", "prostitution", "obscenity", "violence", "crime", "order", "state", "religion"),
        *("superstition", "insult", "custom", "scam", "advert", "rumour"),
    )
)
"""Concepts of the lexicon that are topics of messages; all others are the writer's stances, such as "offer"."""


class Row(NamedTuple):
    """One measured share: `hits` of `of` samples."""

    part: str
    system: str
    measure: str
    hits: int
    of: int

    def shown(self) -> str:
        """Return the row as tab-separated text, with the share and its 95 % Wilson interval."""
        low, high = wilson(self.hits, self.of)
        share = self.hits / self.of if self.of else math.nan
        figures = f"{self.hits}\t{self.of}\t{share:.4f}\t{low:.4f}\t{high:.4f}"
        return f"{self.part}\t{self.system}\t{self.measure}\t{figures}"


def content(
    data: Annotated[Path | None, typer.Option(help="Folder with development data, measured as well.")] = None,
    config_dir: Annotated[Path | None, typer.Option(help="Folder with rules/, quy-che.yaml and content/.")] = None,
) -> None:
    """Measure the content rules beside plain word and regex searches; prints tab-separated rows with 95 % intervals."""
    folder = config_dir or shipped_config()
    rulebook = load_rulebook(folder)
    typer.echo("part\tsystem\tmeasure\thits\tof\tshare\tlow\thigh")
    secrets = shipped_classified(folder) + (development(data, "classified") if data else [])
    harms = shipped_harmful(folder) + (development(data, "harmful") if data else [])
    for system, judge in _secret_judges(rulebook).items():
        _print(_classified_rows(system, judge, secrets, by_kind=system == "rules"))
    harm_judges = _harm_judges(rulebook, folder)
    for system, judge in harm_judges.items():
        _print(_harmful_rows(system, judge, harms, by_kind=system == "rules"))
    for name, lines in [*_clean_chat(folder), *(corpora(data) if data else [])]:
        samples = [Sample(name, "", CLEAN, line) for line in lines]
        for system, judge in _secret_judges(rulebook).items():
            _print([_row(name, system, f"called {label}", samples, judge, {label}) for label in (CLASSIFIED, LOOK)])
        for system, judge in harm_judges.items():
            _print(_alarms(name, system, judge, samples))
    _show_left_out(folder)
    _show_speed(rulebook, [one.text for one in secrets + harms])


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of a share by Wilson's formula; (0, 1) if `of` is 0."""
    if not of:
        return 0.0, 1.0
    z = 1.96
    share = hits / of
    middle = share + z * z / (2 * of)
    width = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, (middle - width) / (1 + z * z / of)), min(1.0, (middle + width) / (1 + z * z / of))


def _secret_judges(rulebook: Rulebook) -> dict[str, Judge]:
    def by_rules(sample: Sample) -> str:
        labels = {finding.label for finding in _findings(rulebook, sample) if finding.rule_id == SECRET_RULE}
        return next((label for label in (CLASSIFIED, LOOK, BORDERLINE) if label in labels), CLEAN)

    def by_pattern(pattern: re.Pattern[str]) -> Judge:
        return lambda sample: CLASSIFIED if pattern.search(sample.text) else CLEAN

    return {"rules": by_rules} | {
        pattern: by_pattern(re.compile(pattern, re.IGNORECASE)) for pattern in (r"\bmật\b", r"(tuyệt|tối) mật")
    }


def _harm_judges(rulebook: Rulebook, folder: Path) -> dict[str, Judge]:
    lexicon = Lexicon(read_lines(folder / "lexicons" / "harmful.tsv"))

    def by_rules(sample: Sample) -> str:
        found = [finding for finding in _findings(rulebook, sample) if finding.rule_id == HARM_RULE]
        return CLEAN if not found else HARMFUL if found[0].severity is Severity.TRIAGE else STRICT

    def by_topic(sample: Sample) -> str:
        return HARMFUL if lexicon.read(sample.text) & _TOPICS else CLEAN

    return {"rules": by_rules, "any topic word": by_topic}


def _findings(rulebook: Rulebook, sample: Sample) -> list[Finding]:
    event = subject_event({"file_name" if sample.file_name else "text": sample.text})
    verdict = rulebook.engine.judge(event, NO_CONTEXT)
    return [finding for finding in verdict.findings if isinstance(finding, Finding)]


def _classified_rows(system: str, judge: Judge, samples: list[Sample], *, by_kind: bool) -> Iterable[Row]:
    for part, of_part in _parts(samples):
        secret = [one for one in of_part if one.expected == CLASSIFIED]
        hidden = [one for one in secret if one.hides]
        plain = [one for one in secret if not one.hides]
        talk = [one for one in of_part if one.expected == BORDERLINE]
        clean = [one for one in of_part if one.expected == CLEAN]
        yield _row(part, system, "recall plain", plain, judge, {CLASSIFIED})
        yield _row(part, system, "plain leaks that reach the admin", plain, judge, {CLASSIFIED, LOOK})
        yield _row(part, system, "recall evasion", hidden, judge, {CLASSIFIED})
        yield _row(part, system, "hidden leaks that reach the admin", hidden, judge, {CLASSIFIED, LOOK})
        yield _row(part, system, "borderline called classified", talk, judge, {CLASSIFIED})
        yield _row(part, system, "clean called classified", clean, judge, {CLASSIFIED})
        yield _row(part, system, "borderline called look", talk, judge, {LOOK})
        yield _row(part, system, "clean called look", clean, judge, {LOOK})
        yield _row(part, system, "clean called borderline", clean, judge, {BORDERLINE})
        for kind in sorted({one.kind for one in of_part}) if by_kind else ():
            of_kind = [one for one in of_part if one.kind == kind]
            yield _row(part, system, f"{of_kind[0].expected}: {kind}: called classified", of_kind, judge, {CLASSIFIED})


def _harmful_rows(system: str, judge: Judge, samples: list[Sample], *, by_kind: bool) -> Iterable[Row]:
    for part, of_part in _parts(samples):
        harmful = [one for one in of_part if one.expected == HARMFUL]
        clean = [one for one in of_part if one.expected == CLEAN]
        yield _row(part, system, "harmful: recall triage", harmful, judge, {HARMFUL, STRICT})
        yield _row(part, system, "harmful: recall strict", harmful, judge, {STRICT})
        yield from _alarms(part, system, judge, clean)
        strict = [one for one in of_part if judge(one) == STRICT]
        yield Row(part, system, "harmful: precision strict", sum(o.expected == HARMFUL for o in strict), len(strict))
        for kind in sorted({one.kind for one in of_part}) if by_kind else ():
            of_kind = [one for one in of_part if one.kind == kind]
            measure = f"{of_kind[0].expected}: {kind}: triage"
            yield _row(part, system, measure, of_kind, judge, {HARMFUL, STRICT})


def _alarms(part: str, system: str, judge: Judge, clean: list[Sample]) -> Iterable[Row]:
    yield _row(part, system, "clean called harmful, triage", clean, judge, {HARMFUL, STRICT})
    yield _row(part, system, "clean called harmful, strict", clean, judge, {STRICT})


def _row(part: str, system: str, measure: str, samples: list[Sample], judge: Judge, hit: set[str]) -> Row:
    return Row(part, system, measure, sum(judge(one) in hit for one in samples), len(samples))


def _parts(samples: list[Sample]) -> list[tuple[str, list[Sample]]]:
    return [(part, [one for one in samples if one.part == part]) for part in dict.fromkeys(o.part for o in samples)]


def _clean_chat(folder: Path) -> list[tuple[str, list[str]]]:
    return [("clean chat", list(read_lines(folder / "benign" / "messages.vi.txt")))]


def _show_left_out(folder: Path) -> None:
    """Print the stored figures for writers excluded from training, as measuring them again takes long."""
    for clause, name in (("4.1", LEFT_OUT), ("4.2", HARMFUL_LEFT_OUT)):
        path = folder / "content" / name
        if path.exists():
            typer.echo("".join(f"left-out writers, {clause}\t{line}\n" for line in read_lines(path)), nl=False)


def _show_speed(rulebook: Rulebook, texts: list[str]) -> None:
    """Print the speed of all rules on the labelled texts, which take longer than ordinary messages."""
    took = []
    for text in texts:
        event = subject_event({"text": text})
        began = time.process_time()
        rulebook.engine.judge(event, NO_CONTEXT)
        took.append(time.process_time() - began)
    took.sort()
    slowest = took[min(len(took) - 1, len(took) * 99 // 100)]
    typer.echo(f"all rules on these lines: {len(took) / sum(took):.0f} messages/s of CPU, p99 {slowest * 1000:.2f} ms")


def _print(rows: Iterable[Row]) -> None:
    for row in rows:
        if row.of:
            typer.echo(row.shown())


SECRET_RULE = "4.1-noi-dung-mat"
HARM_RULE = "4.2-noi-dung-xau"
STRICT, LOOK = "strict", "look"
