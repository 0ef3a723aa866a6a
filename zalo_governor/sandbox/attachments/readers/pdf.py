"""Reads PDF files (ISO 32000): text and pictures of pages by PDFium; `pdf_structure` reads what no page shows."""

import io
import unicodedata

import pypdfium2
import pypdfium2.raw as pdfium

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.readers.collector import Collector
from zalo_governor.sandbox.attachments.readers.pdf_structure import read_structure

_LONG_SIDE = 2000
"""Longest side of a rendered page in pixels: 170 an inch of A4, at which a stamp of 8 mm is 55 pixels high."""
_MOST_RENDERED = 30
_FEW_CHARACTERS = 30
_LARGE_PICTURE = 0.30
_STAMP_PICTURE = 0.002
"""Shares of a page. The smallest stamp (20 by 8 mm) covers 0.0026 of A4; on the first page it counts."""
_MOST_JUNK = 0.2
"""Share of characters without meaning, as fonts without a table of characters give, above which a page is rendered."""
_MOST_OBJECTS = 500
_JPEG_QUALITY = 90


def read(content: bytes, collector: Collector) -> None:
    """Add the texts, attachments, links and dangers of a PDF file, and pictures of pages that may show more."""
    with collector.noting_damage():
        read_structure(content, collector)
    if NotChecked.ENCRYPTED in collector.contents.not_checked:
        return
    with collector.noting_damage():
        _read_pages(content, collector)


def _read_pages(content: bytes, collector: Collector) -> None:
    document = pypdfium2.PdfDocument(content)
    try:
        if document.get_formtype() in (pdfium.FORMTYPE_ACRO_FORM, pdfium.FORMTYPE_XFA_FOREGROUND):
            document.init_forms()
        count = len(document)
        if count > collector.budget.pages:
            collector.note(NotChecked.LIMIT)
        rendered = 0
        for number in range(1, min(count, collector.budget.pages) + 1):
            with collector.noting_damage():
                rendered += _read_page(document, number, rendered, collector)
    finally:
        document.close()


def _read_page(document: pypdfium2.PdfDocument, number: int, rendered: int, collector: Collector) -> bool:
    """Read one page; return whether it was rendered."""
    page = document[number - 1]
    try:
        text_page = page.get_textpage()
        text = text_page.get_text_range()
        text_page.close()
        collector.add_text(text.replace("\r\n", "\n").replace("\ufffe", ""), page=number)
        if not _needs_picture(page, text, number):
            return False
        if rendered >= _MOST_RENDERED:
            collector.note(NotChecked.LIMIT)
            return False
        picture = _render(page)
        if picture is not None:
            collector.add_picture(picture, page=number)
        return picture is not None
    finally:
        page.close()


def _needs_picture(page: pypdfium2.PdfPage, text: str, number: int) -> bool:
    """Return whether a page must be rendered as a picture, as it may show more than its text says."""
    visible = [character for character in text if not character.isspace()]
    if len(visible) < _FEW_CHARACTERS:
        return True
    junk = sum(character == "\ufffd" or unicodedata.category(character) in ("Cc", "Co", "Cn") for character in visible)
    if junk > len(visible) * _MOST_JUNK:
        return True
    share = _share_of_pictures(page)
    return share > (_STAMP_PICTURE if number == 1 else _LARGE_PICTURE) or _has_stamp(page)


def _share_of_pictures(page: pypdfium2.PdfPage) -> float:
    """Return the share of a page that pictures cover, at most 1; scans may come in strips, which are added up."""
    width, height = page.get_size()
    area = max(width * height, 1.0)
    covered = 0.0
    for position, picture in enumerate(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=5)):
        left, bottom, right, top = picture.get_bounds()
        covered += max(0.0, right - left) * max(0.0, top - bottom) / area
        if covered >= 1 or position >= _MOST_OBJECTS:
            break
    return min(covered, 1.0)


def _has_stamp(page: pypdfium2.PdfPage) -> bool:
    """Return whether a stamp was put on a page as an annotation."""
    for position in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MOST_OBJECTS)):
        annotation = pdfium.FPDFPage_GetAnnot(page, position)
        if annotation:
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            pdfium.FPDFPage_CloseAnnot(annotation)
            if kind in (pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_INK):
                return True
    return False


def _render(page: pypdfium2.PdfPage) -> bytes | None:
    """Return a page as JPEG; None if it is blank."""
    scale = _LONG_SIDE / max(*page.get_size(), 1.0)
    bitmap = page.render(scale=scale)
    try:
        image = bitmap.to_pil().convert("RGB")
    finally:
        bitmap.close()
    if all(darkest == lightest for darkest, lightest in image.getextrema()):
        return None
    out = io.BytesIO()
    image.save(out, format="JPEG", quality=_JPEG_QUALITY)
    return out.getvalue()
