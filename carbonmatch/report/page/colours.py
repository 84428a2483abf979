"""Colours: which contract is drawn in which, and the scale of the matched share.

A page names colours; what they look like, by day and by night, the style sheet says. The names stand for colours that
people with any colour vision tell apart (after Okabe and Ito), and none of them means good or bad.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from carbonmatch.timegrid import FloatArray

_OF_TECHNOLOGY: Final = {
    "nuclear": "rose",
    "geothermal": "vermilion",
    "hydro": "green",
    "biomass": "olive",
    "offshore_wind": "blue",
    "onshore_wind": "sky",
    "solar": "amber",
}
"""From what runs all day to what comes and goes: the order in which contracts are stacked."""

SLOTS: Final = ("amber", "sky", "blue", "vermilion", "rose", "green", "olive", "brown")
STORAGE: Final = "violet"
GRID: Final = "grid"
GRID_CLEAN: Final = "gridclean"
OTHERS: Final = "stone"

_STOPS: Final = (
    (0.00, (253, 236, 176)),
    (0.15, (226, 232, 160)),
    (0.30, (160, 214, 174)),
    (0.45, (92, 190, 190)),
    (0.60, (44, 154, 190)),
    (0.75, (32, 113, 168)),
    (0.90, (30, 72, 130)),
    (1.00, (14, 38, 86)),
)
"""Sand, where nothing is matched, to deep blue, where everything is; darker from end to end: it reads in grey too."""


def stacking_order(contracts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the names of contracts from the bottom of a stack to its top."""
    ranks = list(_OF_TECHNOLOGY)

    def rank(name: str) -> int:
        technology = contracts[name]["technology"]
        return ranks.index(technology) if technology in ranks else ranks.index("biomass")

    return sorted(contracts, key=rank)


def contract_slots(names: list[str], contracts: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return a colour for each of these contracts: that of its technology, or the next free one. At most eight."""
    slots: dict[str, str] = {}
    free = list(SLOTS)
    for name in names:
        wanted = _OF_TECHNOLOGY.get(contracts[name]["technology"], "")
        if wanted in free:
            free.remove(wanted)
            slots[name] = wanted
    for name in names:
        if name not in slots:
            slots[name] = free.pop(0)
    return slots


def shade(fractions: FloatArray) -> npt.NDArray[np.uint8]:
    """Return the colours (red, green, blue) of places between 0 and 1 on the scale of the matched share."""
    places = [place for place, _ in _STOPS]
    channels = [np.interp(fractions, places, [rgb[c] for _, rgb in _STOPS]) for c in range(3)]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)


def hexadecimal(rgb: npt.NDArray[np.uint8]) -> str:
    """Return a colour as a style sheet writes it."""
    return "#" + bytes(rgb.tolist()).hex()


def gradient() -> str:
    """Return the scale as a style sheet draws it."""
    stops = ", ".join(f"rgb({r} {g} {b}) {100 * place:g}%" for place, (r, g, b) in _STOPS)
    return f"linear-gradient(90deg, {stops})"


def reads_white(rgb: npt.NDArray[np.uint8]) -> bool:
    """Return whether white text on this colour has more contrast than black."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (rgb / 255.0).tolist()]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return bool(1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05)
