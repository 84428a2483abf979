"""What is varied, as the horizontal axis of figures: its values, where they stand, and which of them are labelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from carbonmatch.report.overview.sweep import CFE, key_text, value_text
from carbonmatch.report.page.figure import Tick

MARGIN: Final = 4.0
"""Room on either side of the outermost values, in per cent of the width, so that what is drawn there is whole."""

_LETTER: Final = 0.8
"""Width of a letter in per cent of a figure that is as wide as the page."""
_NARROW: Final = 2.1
"""The same on a telephone, and in a small figure."""
_GAP: Final = 1.5
"""Letters between two labels, at least."""
_FEW: Final = 4
"""Fewer even labels than this say too little."""


@dataclass(frozen=True)
class Across:
    """A key with numbers for values, lowest first."""

    key: str
    values: tuple[float, ...]

    @property
    def title(self) -> str:
        """What is varied."""
        return key_text(self.key)

    def text(self, value: float) -> str:
        """Write a value."""
        return value_text(self.key, value)

    def place(self, value: float) -> float:
        """Return where a value stands, in per cent from the left."""
        low, high = self.values[0], self.values[-1]
        if high <= low:
            return 50.0
        return MARGIN + (100.0 - 2.0 * MARGIN) * (value - low) / (high - low)

    def ticks(self, *, small: bool = False) -> tuple[Tick, ...]:
        """Return labels that do not touch; on a narrow page the minor ones go."""
        places = [self.place(value) for value in self.values]
        return chosen_ticks(places, [self.text(value) for value in self.values], small=small)


def chosen_ticks(places: Sequence[float], texts: Sequence[str], *, small: bool = False) -> tuple[Tick, ...]:
    """Return labels for places, lowest first, as many as there is room for: at even distances, where that goes.

    small   the figure is never wide, so that there are no minor labels
    """
    shown = _even(places, texts, _LETTER, 1)
    step = shown[1] - shown[0] if len(shown) > 1 else 1
    major = _even(places, texts, _NARROW, step)
    if len(shown) < min(_FEW, len(places)):
        major = _greedy(places, texts, _NARROW, [0, len(places) - 1])
        shown = _greedy(places, texts, _LETTER, major)
    return tuple(Tick(places[i], texts[i], minor=i not in major) for i in (major if small else shown))


def _fits(places: Sequence[float], texts: Sequence[str], i: int, others: Sequence[int], letter: float) -> bool:
    return all(
        abs(places[i] - places[j]) >= letter * ((len(texts[i]) + len(texts[j])) / 2 + _GAP) for j in others if j != i
    )


def _even(places: Sequence[float], texts: Sequence[str], letter: float, least: int) -> list[int]:
    """Return every so manieth label, both ends among them, so that none touch; nothing closer than `least` places."""
    last = len(places) - 1
    for every in range(least, last + 1, least):
        chosen = list(range(0, last + 1, every))
        if last % every == 0 and all(_fits(places, texts, i, chosen, letter) for i in chosen):
            return chosen
    return sorted({0, last})


def _greedy(places: Sequence[float], texts: Sequence[str], letter: float, kept: Sequence[int]) -> list[int]:
    """Return labels that are kept, and from the left on each other one that touches none."""
    found = sorted(set(kept))
    for i in range(len(places)):
        if i not in found and _fits(places, texts, i, found, letter):
            found.append(i)
    return sorted(found)


def numeric_axis(axes: Sequence[Mapping[str, Any]]) -> tuple[Across, Mapping[str, Any] | None] | None:
    """Return the axis that curves are drawn over, and the other one: the target, or else the first with numbers.

    None where no key has several numbers for values.
    """
    fitting = [axis for axis in axes if len(axis["values"]) > 1 and all(_is_number(value) for value in axis["values"])]
    chosen = next((axis for axis in fitting if axis["key"] == CFE), fitting[0] if fitting else None)
    if chosen is None:
        return None
    other = next((axis for axis in axes if axis is not chosen), None)
    return Across(chosen["key"], tuple(sorted(float(value) for value in chosen["values"]))), other


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def value_in(row: Mapping[str, Any], key: str) -> Any:
    """Return the value that a key takes at a point."""
    return row["target_cfe" if key == CFE else key]
