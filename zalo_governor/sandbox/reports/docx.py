"""Renders a report as DOCX with a template that each installation may edit (config/bao-cao.docx, docs/bao-cao.md)."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from zalo_governor.domain.clock import local
from zalo_governor.domain.documents import Cell, Highlight, ReportDocument
from zalo_governor.domain.errors import ConfigError

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""Timestamp of every file inside the DOCX (a ZIP archive): fixed, so that equal reports give equal bytes."""
_TO_BE_FILLED_IN = "………"
"""Printed if the settings name no abbreviation of the office."""
_NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
_UNPADDED_FROM_MONTH = 3
"""From this month on, months get no leading zero; January and February do (Decree 30/2020/NĐ-CP, App. I, II.4)."""


def document(paper: ReportDocument, template: Path) -> bytes:
    """Fill the template with the report `paper` and return the bytes of the DOCX file.

    Raises:
        ConfigError: the template is missing, is no DOCX, or uses an unknown field.
    """
    # A template may have come by mail from anybody: sandboxed, it can fill in fields and nothing else.
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    filled = DocxTemplate(str(template))
    try:
        filled.render(fields(paper), environment, autoescape=True)
    except (OSError, PackageNotFoundError, zipfile.BadZipFile, ValueError) as error:
        raise ConfigError(
            f"{template}: không phải mẫu DOCX đọc được ({type(error).__name__}); hãy chép lại bao-cao.docx kèm "
            "theo chương trình"
        ) from None
    except TemplateError as error:
        raise ConfigError(
            f"{template}: mẫu có chỗ sai: {error.message}; các trường dùng được: xem docs/bao-cao.md"
        ) from None
    content = BytesIO()
    filled.save(content)
    return _make_reproducible(content)


def fields(paper: ReportDocument) -> dict[str, Any]:
    """Return the report's values for the fields of the DOCX template, by field name.

    The names are Vietnamese, as users edit the template.
    """
    made = local(paper.made_at)
    head = paper.head
    # A report that was put into the queue by an earlier version of the program has no body.
    body = paper.body or tuple(section for section in paper.sections if section.lines)
    return {
        "co_quan_cap_tren": head.superior,
        "co_quan": head.unit,
        "dia_danh": head.place,
        "ngay": f"{made:%d}",
        "thang": f"{made:%m}" if made.month < _UNPADDED_FROM_MONTH else str(made.month),
        "nam": f"{made:%Y}",
        "kinh_gui": head.addressee,
        "chuc_vu_ky": head.signer,
        "ho_ten_ky": head.signer_name,
        "ky_hieu": head.abbreviation or _TO_BE_FILLED_IN,
        "noi_nhan": list(head.recipients),
        "ten_loai": paper.title,
        "trich_yeu": paper.subject,
        "nhom": paper.group,
        "ky_bao_cao": paper.period,
        "mo_dau": paper.summary,
        "tom_tat": [_highlight(row) for row in paper.headlines],
        "diem_chinh": [_highlight(row) for row in paper.highlights],
        "cac_muc": [
            {"so": numeral, "ten": section.title, "dong": section.lines}
            for numeral, section in zip(_NUMERALS, body, strict=False)
        ],
        "co_phu_luc": not paper.of_one_day,
        "muc": {
            section.key: {"ten": section.title, "dong": section.lines, "ghi_chu": section.notes}
            for section in paper.sections
        },
        "bang": {
            table.key: {
                "ten": table.title,
                "cot": table.columns,
                "hang": [[_format_cell(cell) for cell in row] for row in table.rows],
            }
            for table in paper.tables
        },
        "ghi_chu": paper.remark,
        "dau_kiem": paper.trace,
    }


def _highlight(row: Highlight) -> dict[str, str]:
    return {"ten": row.name, "gia_tri": row.value, "ghi_chu": row.note}


def _format_cell(cell: Cell) -> str:
    return cell if isinstance(cell, str) else f"{cell:,}".replace(",", ".")


def _make_reproducible(content: BytesIO) -> bytes:
    """Rewrite a DOCX file, which is a ZIP archive, with fixed timestamps, so that equal reports give equal bytes."""
    steady = BytesIO()
    with zipfile.ZipFile(content) as made, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as written:
        for item in made.infolist():
            kept = zipfile.ZipInfo(item.filename, _FIXED_TIME)
            kept.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(kept, made.read(item))
    return steady.getvalue()
