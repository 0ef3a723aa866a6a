"""Prints the cards (docs/the-*.md) as PDF, each on one sheet of A4: `make cards`, or with a folder as argument."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
from fpdf import FPDF, FontFace
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

DOCS = Path(__file__).parents[1]
CARDS = tuple(sorted(DOCS.glob("the-*.md")))

_FONT = "DejaVu Sans"
_FONT_FILES = {"": "DejaVuSans.ttf", "b": "DejaVuSans-Bold.ttf"}
"""matplotlib brings these fonts; they have all letters of Vietnamese."""
_TEXT_POINTS = 10
_HEADING_POINTS = {"h1": 16.0, "h2": 11.5}
_LINE_MM = 5
_GAP_MM = 1.6
_MARGIN_MM = 14
_INDENT_MM = 5
_CITATION = re.compile(r"([Kk]hoản|Điều) (?=\d)")
"""A clause's or article's number stays on the line of its word."""
_BLUE = (18, 63, 107)
_PALE_BLUE = (226, 234, 243)


class Card:
    """One card on its way to paper: its Markdown is laid out from the top of the first sheet."""

    def __init__(self) -> None:
        self.pdf = FPDF(format="A4")
        self.pdf.set_margin(_MARGIN_MM)
        self.pdf.set_auto_page_break(True, margin=_MARGIN_MM)
        for style, file in _FONT_FILES.items():
            self.pdf.add_font(_FONT, style, Path(mpl.get_data_path(), "fonts", "ttf", file))
        self.pdf.set_lang("vi")
        self.pdf.set_draw_color(_BLUE)
        self.pdf.add_page()

    def lay_out(self, node: SyntaxTreeNode) -> None:
        """Write a block: a heading, a paragraph, a list or a table.

        Raises:
            ValueError: the block is of another kind, which the cards do without.
        """
        self.pdf.set_font(_FONT, size=_TEXT_POINTS)
        match node.type:
            case "heading":
                self._write_heading(node)
            case "paragraph":
                self._write(_styled_text(node))
            case "ordered_list" | "bullet_list":
                for number, item in enumerate(node.children, start=1):
                    self._write(_styled_text(item), prefix=f"{number}." if node.type == "ordered_list" else "•")
            case "table":
                self._write_table(node)
            case other:
                raise ValueError(f"a card has headings, paragraphs, lists and tables only, no {other}")
        self.pdf.set_y(self.pdf.get_y() + _GAP_MM)

    def _write_heading(self, node: SyntaxTreeNode) -> None:
        points = _HEADING_POINTS[node.tag]
        if node.tag == "h1":
            self.pdf.set_title(_styled_text(node))
        self.pdf.set_font(_FONT, "b", points)
        self.pdf.set_text_color(_BLUE)
        self.pdf.multi_cell(0, points * 0.5, _styled_text(node), new_x="LMARGIN", new_y="NEXT")
        self.pdf.set_text_color(0)

    def _write(self, text: str, prefix: str = "") -> None:
        if prefix:
            self.pdf.cell(_INDENT_MM, _LINE_MM, prefix)
        self.pdf.multi_cell(0, _LINE_MM, text, align="L", markdown=True, new_x="LMARGIN", new_y="NEXT")

    def _write_table(self, node: SyntaxTreeNode) -> None:
        rows = [[_styled_text(cell) for cell in row.children] for part in node.children for row in part.children]
        first = 1.1 * max(self.pdf.get_string_width(row[0], markdown=True) for row in rows)
        share = min(first / self.pdf.epw, 0.42)
        with self.pdf.table(
            rows=rows,
            borders_layout="HORIZONTAL_LINES",
            col_widths=(share, 1 - share),
            headings_style=FontFace(emphasis="BOLD", color=_BLUE, fill_color=_PALE_BLUE),
            line_height=_LINE_MM,
            markdown=True,
            padding=(0.5, 1),
            text_align="LEFT",
        ):
            pass


def make_card(card: Path, folder: Path) -> Path:
    """Print one card (Markdown) into the folder and return the PDF's path.

    Raises:
        ValueError: the card does not fit on one sheet, or holds what a card does without.
    """
    made = Card()
    for block in SyntaxTreeNode(MarkdownIt().enable("table").parse(card.read_text(encoding="utf-8"))).children:
        made.lay_out(block)
    if made.pdf.pages_count > 1:
        raise ValueError(f"{card}: needs {made.pdf.pages_count} sheets instead of one; shorten it")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{card.stem}.pdf"
    made.pdf.output(str(path))
    return path


def main(folder: Path) -> None:
    """Print every card into the folder."""
    for card in CARDS:
        sys.stdout.write(f"{make_card(card, folder)}\n")


def _styled_text(node: SyntaxTreeNode) -> str:
    """Return a block's text with fpdf2's marks for bold; commands are bold and are not broken at the end of a line."""
    return "".join(_pieces(node))


def _pieces(node: SyntaxTreeNode) -> Iterator[str]:
    if node.type == "text":
        yield _CITATION.sub("\\1\N{NO-BREAK SPACE}", node.content)
    elif node.type == "softbreak":
        yield " "
    elif node.type == "code_inline":
        yield f"**{node.content}**".replace(" ", "\N{NO-BREAK SPACE}")
    elif node.type == "strong":
        yield f"**{''.join(piece for child in node.children for piece in _pieces(child))}**"
    else:
        for child in node.children:
            yield from _pieces(child)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("build", "cards"))
