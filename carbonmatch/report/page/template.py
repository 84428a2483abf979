"""How a page becomes one HTML file that needs nothing else: template, style, script, and how text is set."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from carbonmatch.report.page.colours import gradient

_TEMPLATES: Final = "templates"
_MINUS: Final = re.compile(r"(?<![\w.\-])-(?=[0-9])")
_NAMED: Final = re.compile(r"`([^`\n]+)`")
_LONG_WORD: Final = re.compile(r"[^\s<>]{16,}")
_BEFORE_UNIT: Final = re.compile(r"(?<=[0-9]) (?=(?:%|h|s|t|MW|MWh|GWh|[A-Z]{3}/MWh)(?![\w]))")


def render(name: str, page: Any, version: str) -> str:
    """Return a page in the template of that name: the same bytes for the same page.

    version   of carbonmatch, by which the numbers were made
    """
    script = _file("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return (
        _environment()
        .get_template(name)
        .render(
            page=page,
            version=version,
            style=Markup(_file("report.css").replace("GRADIENT", gradient())),
            script=Markup(script),
            script_digest=digest,
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("carbonmatch.report.page", _TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["tidy"] = tidy
    environment.filters["cell"] = cell
    environment.filters["json"] = as_json
    environment.filters["pct"] = lambda value: f"{value:.3f}".rstrip("0").rstrip(".")
    return environment


def tidy(text: str) -> str:
    """Set text as a printer would: a true minus, a dash for what is not known, and no break between number and unit."""
    if text == "-":
        return "\u2013"
    quoted = _NAMED.sub("\u201c\\1\u201d", text)
    return _BEFORE_UNIT.sub("\u00a0", _MINUS.sub("\u2212", quoted)).replace("CO2", "CO\u2082")


def cell(text: str) -> Markup:
    """Set text of a table: as `tidy` does, and long names may break after their own signs."""
    return Markup(_LONG_WORD.sub(lambda word: re.sub(r"([_/])(?=\w)", r"\1<wbr>", word[0]), str(escape(tidy(text)))))


def as_json(content: Any) -> Markup:
    """Return content as JSON that may stand inside HTML, in a script or in an attribute."""
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for sign in "<>&'":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _file(name: str) -> str:
    return (files("carbonmatch.report.page") / _TEMPLATES / name).read_text(encoding="utf-8")
