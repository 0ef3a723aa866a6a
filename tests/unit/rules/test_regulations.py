"""Regulations besides the common one: which rules each has, under which clauses, and what is wrong with one."""

import re
import shutil
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.clock import VIETNAM
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.events import Attachment, MessageSent
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.rules.base import RuleContext
from zalo_governor.rules.checks.diacritics import DiacriticsRule
from zalo_governor.rules.loader import load_rule, load_rulebook

ROOT = Path(__file__).parents[3]
RULEBOOK = load_rulebook(shipped_config())
LAI_CHAU, DAK_LAK, ACADEMY = (RULEBOOK.own[name] for name in ("lai-chau", "dak-lak", "hoc-vien-nong-nghiep"))
SECRET = "Gửi các đồng chí công văn độ mật: Tối mật về phương án tác chiến"


def said(text: str) -> MessageSent:
    return MessageSent(at=datetime(2026, 3, 4, 9, tzinfo=VIETNAM), text=text)


def test_each_regulation_has_its_own_rules_under_its_own_clauses() -> None:
    assert {rule.id: rule.clause for rule in LAI_CHAU.engine.rules} == {
        rule.id: rule.clause for rule in RULEBOOK.engine.rules
    }
    assert {rule.id: rule.clause for rule in DAK_LAK.engine.rules} == {
        "4.1-noi-dung-mat": "2.1", "4.2-noi-dung-xau": "2.2", "tin-ngan-gon": "2.3", "bieu-tuong-cam-xuc": "2.4",
        "quang-cao": "2.5",
    }  # fmt: skip
    assert {rule.id: (rule.clause, rule.severity.value) for rule in ACADEMY.engine.rules} == {
        "4.1-noi-dung-mat": ("BMNN.5", "critical"), "4.2-noi-dung-xau": ("2.1", "minor"),
        "6.1-thong-tin-nhom": ("1.3", "major"), "6.5-anh-nhom": ("1.3", "minor"),
        "4.5-nguoi-ngoai-danh-sach": ("1.4", "major"),
    }  # fmt: skip


def test_a_secret_is_found_under_every_regulation_and_cites_the_law_where_that_has_no_clause() -> None:
    for name, clause, citation in (
        ("", "4.1", "khoản 1 Điều 4 Quy chế"),
        ("dak-lak", "2.1", "khoản 1 Điều 2 Quy chế"),
        ("hoc-vien-nong-nghiep", "BMNN.5", "Điều 5 Luật Bảo vệ bí mật nhà nước"),
    ):
        verdict = RULEBOOK.engine.judge(said(SECRET), RuleContext(regulation=name))
        assert verdict.sealed
        assert [finding.clause for finding in verdict.findings] == [clause]
        regulation = (RULEBOOK.own.get(name) or RULEBOOK).regulation
        found = regulation.find(regulation.number_of(ClauseTopic.SECRETS))
        assert found
        assert found.citation == citation


def test_models_and_word_lists_are_loaded_once() -> None:
    one, other = (
        next(rule for rule in book.engine.rules if isinstance(rule, DiacriticsRule)) for book in (RULEBOOK, LAI_CHAU)
    )
    assert one.words is other.words
    assert [rule.id for rule in RULEBOOK.engine.gate_rules] == ["4.1-noi-dung-mat"]


def test_the_same_day_gives_each_regulation_its_own_verdicts() -> None:
    day = yaml.safe_load((shipped_config() / "demo" / "ngay-lam-viec.yaml").read_text(encoding="utf-8"))["play"]
    texts = [line["say"] for line in day if "say" in line]
    events = [said(text if isinstance(text, str) else text["text"]) for text in texts]
    events += [
        said(SECRET),
        said("Chúc cả nhà buổi trưa vui vẻ 😍"),
        said("Cửa hàng em giảm giá sốc, mời anh chị inbox đặt hàng"),
    ]
    sticker = Attachment(type="chat.sticker")
    events += [MessageSent(at=events[0].at, attachment=sticker) for line in day if "sticker" in line]

    def clauses(name: str) -> Counter[str]:
        found = [RULEBOOK.engine.judge(event, RuleContext(regulation=name)).findings for event in events]
        return Counter(finding.clause for findings in found for finding in findings if finding.severity != "suspect")

    common, dak_lak, academy = clauses(""), clauses("dak-lak"), clauses("hoc-vien-nong-nghiep")
    assert common == clauses("lai-chau")
    assert set(common) >= {"3.1", "4.1", "4.2"}
    assert set(dak_lak) == {"2.1", "2.4", "2.5"}
    assert dak_lak["2.4"] == 1 + sum("sticker" in line for line in day)
    assert set(academy) == {"BMNN.5", "2.1"}
    assert common["4.1"] + common["4.3"] == dak_lak["2.1"] == academy["BMNN.5"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(shipped_config(), tmp_path_factory.mktemp("office") / "config"))


def test_an_office_that_has_only_what_shipped_before_is_judged_and_cited_as_before(office: Path) -> None:
    own = Path(shutil.copytree(office, office.parent / "old"))
    shutil.rmtree(own / "regulations")
    file = own / "quy-che.yaml"
    file.write_text(re.sub(r" topic: (directives|brevity|reporting|proposals),", "", file.read_text("utf-8")), "utf-8")
    old = load_rulebook(own)
    rules = [(rule.id, rule.clause, rule.severity, rule.maturity, rule.parameters) for rule in RULEBOOK.engine.rules]
    assert [(rule.id, rule.clause, rule.severity, rule.maturity, rule.parameters) for rule in old.engine.rules] == rules
    cited = {topic: RULEBOOK.regulation.number_of(topic) for topic in ClauseTopic}
    assert cited == {topic: old.regulation.number_of(topic) for topic in ClauseTopic}
    assert (cited[ClauseTopic.ACCOUNTS], cited[ClauseTopic.REPORTING]) == ("7.2", "6.2")


DRAFT = """
id: khoe-hang
title: Khoe hàng
why: Thử
clause: "2.5"
severity: minor
check: {any: [{words: {any_of: [hàng mới về]}}]}
examples: {match: [{text: Hàng mới về}], no_match: [{text: xin chào}]}
"""


def test_a_draft_may_cite_the_clauses_of_the_named_regulation_and_a_file_of_a_folder_those_of_its_own(
    office: Path, tmp_path: Path
) -> None:
    draft, common = tmp_path / "khoe-hang.yaml", office / "rules" / "khoe-hang.yaml"
    draft.write_text(DRAFT, encoding="utf-8")
    assert load_rule(draft, RULEBOOK, office, "dak-lak").clause == "2.5"
    with pytest.raises(ConfigError, match=r"khoe-hang\.yaml:5: clause: quy-che\.yaml không có khoản này"):
        load_rule(draft, RULEBOOK, office)
    common.write_text(DRAFT.replace("2.5", "4.2"), encoding="utf-8")
    try:
        assert load_rule(common, RULEBOOK, office, "dak-lak").clause == "4.2"
    finally:
        common.unlink()


BINDING = 'uses: 4.2-noi-dung-xau\nclause: "2.1"\n'
LAWS = 'uses: 4.1-noi-dung-mat\nclause: "2.1"\nmaturity: shadow\n'
FOLDER = "regulations/hoc-vien-nong-nghiep"


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("4.2-noi-dung-xau", BINDING.replace("4.2-", "9.9-"), "1: uses: không có quy tắc nào mang mã này"),
        ("khac", BINDING, "1: uses: mã phải trùng với tên tệp"),
        ("4.2-noi-dung-xau", BINDING.replace("2.1", "9.9"), "2: clause: quy-che.yaml không có khoản này"),
        ("4.2-noi-dung-xau", BINDING + "parameters: {trage: 1}\n", "3: parameters.trage: không có mục này"),
        ("4.2-noi-dung-xau", BINDING + "examples: {}\n", "3: examples: không có mục này"),
        ("4.1-noi-dung-mat", LAWS, "1: uses: quy tắc về bí mật"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_binding_is_told_by_file_line_and_key(
    office: Path, name: str, text: str, complaint: str
) -> None:
    path = office / FOLDER / "rules" / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        with pytest.raises(ConfigError) as error:
            load_rulebook(office)
        assert f"{path}:{complaint}" in str(error.value)
    finally:
        path.unlink()


def test_an_offices_own_folder_goes_before_the_shipped_one(office: Path) -> None:
    regulation = office / FOLDER / "quy-che.yaml"
    text = regulation.read_text(encoding="utf-8")
    regulation.write_text(text.replace("4.2-noi-dung-xau", "4.9-khong-co"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"hoc-vien-nong-nghiep/quy-che\.yaml:\d+: clauses\.4\.by: .*4\.9-khong-co"):
        load_rulebook(office)
    shutil.rmtree(office / "regulations")
    assert load_rulebook(office).own.keys() == RULEBOOK.own.keys()


_NUMBER = re.compile(r"""(?<!ví dụ )(["'])(QĐ\.)?[1-9]\.[1-9]\1""")
_CITED = re.compile(r"khoản [1-9]|Điều [1-9]|(?<![\d.,])[1-9]\.[1-9](?![\d.,])")


def test_no_code_names_a_clause_by_its_number() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.joinpath("zalo_governor").rglob("*.py"))
    assert not [found[0] for found in _NUMBER.finditer(code)]


@pytest.mark.parametrize("path", sorted(shipped_config().glob("messages/*.yaml")), ids=lambda path: path.name)
def test_no_common_text_cites_a_clause(path: Path) -> None:
    assert not _CITED.findall(path.read_text(encoding="utf-8"))
