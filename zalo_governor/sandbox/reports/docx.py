"""The paper as a DOCX, filled into the template that the office may edit (config/bao-cao.docx, docs/bao-cao.md)."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from zalo_governor.domain.clock import local
from zalo_governor.domain.documents import Cell, ReportDocument
from zalo_governor.domain.errors import ConfigError

_MADE = (1980, 1, 1, 0, 0, 0)
"""A fixed time for the parts of the file: equal papers give equal bytes."""
_PLAIN_FROM_MONTH = 3
"""Nghị định 30/2020/NĐ-CP, Phụ lục I, II.4: a zero stands before days below 10 and before months 1 and 2 alone."""


def document(paper: ReportDocument, template: Path) -> bytes:
    """A DOCX file.

    Raises:
        ConfigError: the template is missing, is no DOCX, or names a field that there is not.
    """
    # A template is a file that somebody may have sent by mail: it may fill in fields and nothing else.
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
    return _steady(content)


def fields(paper: ReportDocument) -> dict[str, Any]:
    """What a template may name; in Vietnamese, since offices edit it."""
    made = local(paper.made_at)
    head = paper.head
    return {
        "co_quan_cap_tren": head.superior,
        "co_quan": head.unit,
        "dia_danh": head.place,
        "ngay": f"{made:%d}",
        "thang": f"{made:%m}" if made.month < _PLAIN_FROM_MONTH else str(made.month),
        "nam": f"{made:%Y}",
        "kinh_gui": head.addressee,
        "chuc_vu_ky": head.signer,
        "noi_nhan": list(head.recipients),
        "ten_loai": paper.title,
        "trich_yeu": paper.subject,
        "nhom": paper.group,
        "ky_bao_cao": paper.period,
        "mo_dau": paper.summary,
        "diem_chinh": [{"ten": row.name, "gia_tri": row.value, "ghi_chu": row.note} for row in paper.highlights],
        "muc": {section.key: {"ten": section.title, "dong": section.lines} for section in paper.sections},
        "bang": {
            table.key: {
                "ten": table.title,
                "cot": table.columns,
                "hang": [[_shown(cell) for cell in row] for row in table.rows],
            }
            for table in paper.tables
        },
        "ghi_chu": paper.remark,
        "dau_kiem": paper.trace,
    }


def _shown(cell: Cell) -> str:
    return cell if isinstance(cell, str) else f"{cell:,}".replace(",", ".")


def _steady(content: BytesIO) -> bytes:
    steady = BytesIO()
    with zipfile.ZipFile(content) as made, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as written:
        for item in made.infolist():
            kept = zipfile.ZipInfo(item.filename, _MADE)
            kept.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(kept, made.read(item))
    return steady.getvalue()
