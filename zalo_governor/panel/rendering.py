"""Renders pages from the HTML templates (Jinja), with the functions and filters that all templates share."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from zalo_governor.domain.clock import local
from zalo_governor.messaging.formatter import number
from zalo_governor.panel.assets import Assets

_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_CODE = re.compile(r"\b(?:VP(?P<case>[1-9][0-9]{0,9})|CĐ(?P<directive>[1-9][0-9]{0,9}))\b")
_FOLDER = Path(__file__).parent / "templates"


class Templates:
    """The HTML templates of all pages (Jinja); every value that a template inserts is escaped.

    `assets` gives the URLs of stylesheets and scripts, `label` the label of the button for a chat command.
    """

    def __init__(self, assets: Assets, label: Callable[..., str]) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            finalize=_without_directions,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals |= {"tinh": assets.address, "nut": label}
        self._environment.filters |= {"luc": _moment, "ngay": _day, "so": number, "ma": _linked}

    def render(self, template: str, facts: Mapping[str, Any]) -> str:
        """Return the HTML of a template filled with `facts`; raises jinja2.UndefinedError if `facts` lacks a name."""
        return self._environment.get_template(template).render(facts)


def _without_directions(value: object) -> object:
    """Return a text without invisible characters, which could reverse or hide the text beside them."""
    if not isinstance(value, str) or value.isascii():
        return value
    plain = _INVISIBLE.sub("", value)
    return Markup(plain) if isinstance(value, Markup) else plain  # noqa: S704 - it was one before


def _moment(at: datetime | None) -> str:
    """Return a time in Viet Nam, as tables show it: `14:05 24/11/2026`; "" for None."""
    return f"{local(at):%H:%M %d/%m/%Y}" if at else ""


def _day(at: datetime | None) -> str:
    return f"{local(at):%d/%m/%Y}" if at else ""


def _linked(text: str) -> Markup:
    """Return a text with a link at each code of a case or directive; everything else in it is escaped."""
    return Markup(_CODE.sub(_link, str(escape(text))))  # noqa: S704 - escaped before


def _link(code: "re.Match[str]") -> str:
    place = f"/vu-viec/{code['case']}" if code["case"] else f"/chi-dao/{code['directive']}"
    return f'<a href="{place}">{code[0]}</a>'
