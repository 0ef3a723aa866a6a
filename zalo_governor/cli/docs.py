"""`zalo-governor docs`: the guides that messages and errors name, on the terminal or as HTML for a browser."""

import html
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from difflib import get_close_matches
from itertools import groupby, pairwise
from pathlib import Path
from typing import Annotated

import typer
from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.console import Console
from rich.markdown import Markdown

from zalo_governor.domain.errors import ConfigError
from zalo_governor.system.error_text import of_system

_PACKAGE = Path(__file__).parents[1]
_PACKAGED_HTML = Path("/usr/share/zalo-governor/huong-dan/index.html")
"""Where the Debian package puts what `write_html` writes."""
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)\n*")
_INNER_LINK = re.compile(r"\[([^\]\n]+)\]\((?!https:)([^)#\n]*)(?:#([^)\n]*))?\)")
_TABLE = re.compile(r"^\|(.+)\|\n\|[ :|-]+\|\n((?:\|.*\|(?:\n|\Z))+)", re.MULTILINE)
_STYLE = (
    "body{max-width:50rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 sans-serif}img{max-width:100%}"
    "pre{overflow-x:auto;padding:.7rem;background:#f3f5f7}table{border-collapse:collapse}"
    "td,th{border:1px solid #b9c4d0;padding:.25rem .5rem;vertical-align:top}"
)


def docs(
    page: Annotated[
        str | None, typer.Argument(metavar="TRANG", help="Tên trang, hoặc số của một lỗi: loi, docs/loi.md, T23.")
    ] = None,
    into: Annotated[Path | None, typer.Option("--html", help="Ghi mọi trang dạng HTML vào thư mục này.")] = None,
) -> None:
    """Xem các trang hướng dẫn mà thông báo và lỗi của chương trình nhắc đến; không nêu trang thì liệt kê."""
    if into is not None:
        try:
            write_html(into)
        except OSError as error:
            raise ConfigError(f"{into}: không ghi được: {of_system(error)}; hãy chọn thư mục khác") from None
        typer.echo(f"{into / 'index.html'}")
    elif page is not None:
        _show(Path(page.partition("#")[0]).stem)
    else:
        for heading, titles in _in_parts():
            typer.echo(f"{heading}:")
            for name, title in titles:
                typer.echo(f"{name:22}{title}")
        where = f"mở {_PACKAGED_HTML}" if _PACKAGED_HTML.is_file() else "zalo-governor docs --html THƯ-MỤC"
        typer.echo(
            f"\nXem một trang: zalo-governor docs loi; một lỗi: zalo-governor docs T23\nXem bằng trình duyệt: {where}"
        )


def _show(name: str) -> None:
    """Print the guide `name`, or the row of the error with that number (`T23`); raise ConfigError if none is found."""
    titles = _titles()
    text = _source(name) if name in titles else _row(name.upper())
    if not text:
        nearest = ", ".join(get_close_matches(name, titles, 3, 0.4))
        said = f"; gần nhất: {nearest}" if nearest else ""
        raise ConfigError(f"docs: không có trang {name}{said}; xem mọi trang bằng: zalo-governor docs")
    text = _TABLE.sub(lambda found: "\n".join(item for _, item in _rows(found)) + "\n", _IMAGE.sub("", text))
    page = Markdown(_INNER_LINK.sub(_with_target, text), hyperlinks=False)
    console = Console()
    # Make the pager show colours, and end at once if the page fits on one screen.
    os.environ.setdefault("LESS", "-FRX")
    with console.pager(styles=True) if console.is_terminal else nullcontext():
        console.print(page)


def _row(number: str) -> str:
    rows = (row for table in _TABLE.finditer(_source("loi")) for row in _rows(table))
    return next((item for first, item in rows if first == number), "")


def _rows(table: re.Match[str]) -> Iterator[tuple[str, str]]:
    """Yield (first cell, the row as a Markdown list item) for each row of a table, too wide to be shown as a table."""
    _, *headings = _cells(table[1])
    for line in table[2].splitlines():
        first, *others = _cells(line.strip("|"))
        told = [f"  - {heading}: {cell}" for heading, cell in zip(headings, others, strict=False) if cell]
        # With "-", the bullet of the page's own lists, the item would become part of a list before it.
        head = f"* **{first.strip('*')}**"
        yield first, f"{head}: {others[0]}" if len(others) == 1 else "\n".join([head, *told])


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]


def _with_target(link: re.Match[str]) -> str:
    """Return the text of a link, followed by the page and heading that it leads to: a terminal cannot open links."""
    page, heading = link[2], link[3]
    told = f"docs {Path(page).stem}" if page and page != link[1] else ""
    if heading and not heading.startswith(re.sub(r"[^\w ]", "", link[1].lower()).replace(" ", "-")):
        told = f"{told}{told and ', '}mục {heading.replace('-', ' ')}"
    return f"{link[1]} ({told})" if told else link[1]


def write_html(folder: Path) -> None:
    """Write all guides as HTML files, with their pictures and an index, into the folder, which is created if missing.

    Raises:
        OSError: a file cannot be written.
    """
    (folder / "images").mkdir(parents=True, exist_ok=True)
    titles = _titles()
    for name in titles:
        (folder / f"{name}.html").write_text(_as_html(name, titles), encoding="utf-8")
    body = "<h1>Hướng dẫn</h1>"
    for heading, part in _in_parts():
        rows = "".join(f'<li><a href="{name}.html">{html.escape(title)}</a></li>' for name, title in part)
        body += f"<h2>{heading}</h2><ul>{rows}</ul>"
    (folder / "index.html").write_text(_framed("Hướng dẫn", body), encoding="utf-8")
    for picture in (_folder() / "images").iterdir():
        if picture.suffix in {".png", ".svg"}:
            shutil.copyfile(picture, folder / "images" / picture.name)


def _folder() -> Path:
    """Return the folder of the guides: in the installed package, or in the checkout's root."""
    inside = _PACKAGE / "_docs"
    return inside if inside.is_dir() else _PACKAGE.parent / "docs"


def _source(name: str) -> str:
    return (_folder() / f"{name}.md").read_text(encoding="utf-8")


def _titles() -> dict[str, str]:
    """Return name -> title of all guides: first those for the office, which are in Vietnamese, then the developers'."""
    found = {path.stem: _source(path.stem).partition("\n")[0].lstrip("# ") for path in sorted(_folder().glob("*.md"))}
    return dict(sorted(found.items(), key=lambda item: item[1].isascii()))


def _in_parts() -> Iterator[tuple[str, Iterator[tuple[str, str]]]]:
    """Yield a heading and (name, title) of the guides below it: those for the office, then the developers'."""
    for english, titles in groupby(_titles().items(), key=lambda item: item[1].isascii()):
        yield "Dành cho người phát triển (tiếng Anh)" if english else "Dành cho cơ quan", titles


def _as_html(name: str, titles: dict[str, str]) -> str:
    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(_source(name))
    seen: dict[str, int] = {}
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            slug = _slug(inline.children or ())
            seen[slug] = seen.get(slug, -1) + 1
            token.attrSet("id", f"{slug}-{seen[slug]}" if seen[slug] else slug)
        for link in inline.children or ():
            target, hash_mark, heading = str(link.attrGet("href") or "").partition("#")
            if link.type == "link_open" and target.endswith(".md"):
                # Links to files outside the guides, such as ../README.md, are removed.
                known = target.removesuffix(".md") in titles
                link.attrs = {"href": f"{target.removesuffix('.md')}.html{hash_mark}{heading}"} if known else {}
    return _framed(titles[name], parser.renderer.render(tokens, parser.options, {}))


def _slug(children: Sequence[Token]) -> str:
    """Return the anchor of a heading, as GitHub makes it; links between the guides use it."""
    said = "".join(part.content for part in children if part.type in {"text", "code_inline"})
    return re.sub(r"[^\w\- ]", "", said.lower()).replace(" ", "-")


def _framed(title: str, body: str) -> str:
    tongue = "en" if title.isascii() else "vi"
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{_STYLE}</style>'
    contents = '<p><a href="index.html">Hướng dẫn</a></p>'
    return f'<!doctype html>\n<html lang="{tongue}"><head>{head}</head><body>{contents}{body}</body></html>\n'
