"""The guides that messages name are at hand wherever the program is installed."""

import re
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from hatchling.builders.wheel import WheelBuilder
from typer.testing import CliRunner

from zalo_governor.cli import app
from zalo_governor.cli.docs import write_html
from zalo_governor.domain.errors import ConfigError

ROOT = Path(__file__).parents[3]
CITED = sorted(
    {
        name
        for path in [*(ROOT / "zalo_governor").rglob("*.py"), *(ROOT / "config/messages").iterdir()]
        for name in re.findall(r"docs/([\w-]+)\.md", path.read_text(encoding="utf-8"))
    }
)


def shown(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.exception
    return result.output


@pytest.mark.parametrize("name", CITED)
def test_every_page_that_the_program_names_can_be_read_in_the_terminal(name: str) -> None:
    title = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")
    assert title in shown("huong-dan", f"docs/{name}.md")
    assert re.search(rf"^{name} +{re.escape(title)}$", shown("docs"), re.MULTILINE)


def test_pages_in_english_are_listed_as_the_developers(tmp_path: Path) -> None:
    write_html(tmp_path)
    for listed in (shown("docs"), (tmp_path / "index.html").read_text(encoding="utf-8")):
        ours, developers = listed.split("Dành cho người phát triển (tiếng Anh)")
        assert "Vận hành máy chủ" in ours
        assert "The simulator" in developers
    pointing = [
        path for path in (ROOT / "zalo_governor" / "cli").rglob("*.py") if "simulator.md" in path.read_text("utf-8")
    ]
    assert not pointing


def test_a_page_that_is_not_there_is_answered_by_the_nearest_ones() -> None:
    with pytest.raises(ConfigError, match="van-hanh"):
        CliRunner().invoke(app, ["docs", "vanhanh"], catch_exceptions=False)
    with pytest.raises(ConfigError, match="không có trang zzz; xem mọi trang"):
        CliRunner().invoke(app, ["docs", "zzz"], catch_exceptions=False)


def test_the_number_of_an_error_shows_its_row() -> None:
    told = shown("docs", "t23")
    assert "việc gì: thụt vào bằng phím Tab" in told
    assert "nên làm: thay Tab bằng dấu cách" in told
    assert "T24" not in told


def test_on_a_narrow_screen_nothing_of_a_table_is_cut_off_and_links_keep_their_targets() -> None:
    told = " ".join(CliRunner().invoke(app, ["docs", "loi"], env={"COLUMNS": "60"}).output.split())
    assert "gõ cd /srv/zalo-governor rồi gõ lại lệnh" in told
    assert "cách gõ (docs van-hanh, mục lệnh chạy bằng tài khoản nào)" in told
    assert "cai-dat.md (mục đăng nhập lại)" in told


def test_a_terminal_shows_a_page_through_the_pager(monkeypatch: pytest.MonkeyPatch) -> None:
    paged: list[str] = []
    monkeypatch.setattr("pydoc.pager", paged.append)
    assert not CliRunner().invoke(app, ["docs", "loi"], env={"FORCE_COLOR": "1"}).output
    assert "Khi chương trình báo lỗi" in paged[0]


def test_the_pages_as_html_lead_to_each_other_and_to_their_pictures(tmp_path: Path) -> None:
    assert str(tmp_path / "index.html") in shown("docs", "--html", str(tmp_path))
    pages = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.html")}
    assert {f"{name}.html" for name in CITED} < pages.keys()
    for name, text in pages.items():
        for address in re.findall(r'(?:href|src)="([^"]+)"', text):
            if not address.startswith("https://"):
                target, _, heading = address.partition("#")
                assert (tmp_path / (target or name)).is_file(), f"{name}: {address}"
                if heading:
                    ids = re.findall(r' id="([^"]+)"', pages[target or name])
                    assert unquote(heading) in ids, f"{name}: {address}"
    assert "<table>" in pages["loi.html"]
    assert '<html lang="vi">' in pages["loi.html"]


def test_the_wheel_carries_the_pages_and_the_debian_package_their_html(tmp_path: Path) -> None:
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    inside = zipfile.ZipFile(wheel).namelist()
    assert all(f"zalo_governor/_docs/{name}.md" in inside for name in CITED)
    installed = (ROOT / "packaging" / "debian" / "zalo-governor.install").read_text(encoding="utf-8")
    assert "debian/huong-dan usr/share/zalo-governor/" in installed
    write_html(tmp_path / "huong-dan")
    assert (tmp_path / "huong-dan" / "loi.html").is_file()
