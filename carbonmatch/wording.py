"""The words of a good message: what was probably meant, and what there is to choose from."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}([,' .][0-9]{3})+([.,][0-9]+)?")


def nearest(word: str, options: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the options that come close to a word, or nothing."""
    known = {option.lower(): option for option in options}
    close = difflib.get_close_matches(word.lower(), known, n=2, cutoff=0.6)
    return f"; did you mean {' or '.join(repr(known[name]) for name in close)}?" if close else ""


def listed(words: Iterable[str], limit: int = 12) -> str:
    """Write names as a list, cut short where it grows long."""
    names = list(words)
    return ", ".join(names[:limit]) + (f" and {len(names) - limit} more" if len(names) > limit else "")


def number_hint(text: str) -> str:
    """Say what is probably meant by text that is almost a number."""
    text = text.strip()
    if text.endswith("%"):
        return ". Write 0.9 for 90 %"
    if _THOUSANDS.fullmatch(text) and not re.fullmatch(r"[+-]?[0-9]{1,3},[0-9]{3}", text):
        return ". Write numbers without separators of thousands, such as 1234.5"
    if _DECIMAL_COMMA.fullmatch(text):
        return f". Write decimals with a point ({text.replace(',', '.')}), and no separators of thousands"
    return ""
