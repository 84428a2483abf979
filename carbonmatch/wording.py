"""The words of a good message: what was probably meant, and what there is to choose from."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from typing import Final

PERIODS: Final = {"hourly": "hour by hour", "monthly": "in every month", "annual": "over the year"}
"""What a target counts over, by its matching."""

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


def reached(share: float, asked: float = math.inf) -> str:
    """Write a share that is reached in per cent: rounded down, with digits enough to lie below what is asked for."""
    text = ""
    for decimals in (1, 2, 3, 4):
        parts = 100 * 10**decimals
        shown = math.floor(parts * share + 1e-6) / parts  # 1e-6: what is 0.5 but for rounding is 0.5
        text = f"{100 * shown:.{decimals}f} %"
        if shown < asked:
            break
    return text


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
