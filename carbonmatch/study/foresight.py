"""What an operator knows of the hours ahead: what the day before was like, what was forecast, or what will be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final, Literal, cast

import numpy as np

from carbonmatch.case import Case, with_series
from carbonmatch.load import SiteLoad
from carbonmatch.records import FloatArray, Problem

Foresight = Literal["persistence", "forecast", "perfect"]
"""persistence   every hour will be as it was a day before: generation, load, prices
forecast      the forecasts that the case gives; persistence for what it gives none of
perfect       what will be, as far as the window reaches"""

FORESIGHTS: Final[tuple[Foresight, ...]] = ("persistence", "forecast", "perfect")

_FORECASTS: Final = {
    "spot_price_per_mwh": "forecast_spot_price_per_mwh",
    "load": "forecast_load",
    "capacity_factor": "forecast_capacity_factor",
    "availability": "forecast_availability",
    "grid_cfe_share": None,
}
"""The series that an operator looks ahead at, each with the key of its forecast."""


def forecasts_of(case: Case) -> dict[str, FloatArray]:
    """Return the forecasts that a case gives, by the dotted key of what they foretell."""
    given = {
        key: _values(entry, name) for key, entry, field in _series(case) if (name := _FORECASTS[field]) is not None
    }
    return {key: values for key, values in given.items() if values is not None}


class Outlook:
    """The windows of a problem as they look when they begin.

    Persistence repeats the last 24 hours as often as the window is long. The day before the first one is the last one,
    as everywhere in a horizon that is a cycle. Prices that follow the spot price follow its forecast; what a tariff
    says of an hour is known.
    """

    def __init__(self, case: Case, held: Callable[[Case], Problem], foresight: Foresight, longest: int) -> None:
        """Look at a case whose windows have at most `longest` steps; `held` makes its problem, sizes held."""
        self.actual = held(case)
        self.day = max(round(24.0 / self.actual.time.hours_per_step), 1)
        self.expected = [self.actual]  # of the first 24 hours of a window, the next ones, and so on
        if foresight != "perfect":
            days = -(-longest // self.day)
            self.expected = [held(_expected(case, self.day * (d + 1), foresight)) for d in range(days)]

    def window(self, first: int, end: int) -> Problem:
        """Return the steps from `first` to before `end`, as they are expected when the window begins."""
        days = range(len(self.expected)) if len(self.expected) > 1 else [0]
        length = self.day if len(self.expected) > 1 else end - first
        cuts = [slice(first + d * length, min(first + (d + 1) * length, end)) for d in days if first + d * length < end]
        problem = cast(Problem, _cut(self.expected[: len(cuts)], cuts, self.actual.time.steps))
        time = self.actual.time
        steps = slice(first, end)
        return replace(problem, time=replace(time, starts=time.starts[steps], month_of_step=time.month_of_step[steps]))


def _series(case: Case) -> list[tuple[str, Any, str]]:
    """Return (dotted key, entry, field) of every series of a case that an operator looks ahead at."""
    return [
        (f"{block}.{name}.{field}", entry, field)
        for block in ("zones", "sites", "contracts")
        for name, entry in getattr(case, block).items()
        for field in _FORECASTS
        if getattr(entry, field, None) is not None
    ]


def _values(entry: Any, field: str) -> Any:
    """Return the series of an entry as it is counted; None where the entry has none."""
    found = getattr(entry, field, None)
    return found.total_mw if isinstance(found, SiteLoad) else found


def _expected(case: Case, lag: int, foresight: Foresight) -> Case:
    """Return a case as it is expected by who knows what was `lag` steps before."""
    series = {key: np.roll(_values(entry, field), lag) for key, entry, field in _series(case)}
    return with_series(case, {**series, **(forecasts_of(case) if foresight == "forecast" else {})})


def _cut(parts: Sequence[Any], cuts: Sequence[slice], steps: int) -> Any:
    """Return records cut to some of their steps, one piece of each after the other."""
    first = parts[0]
    if isinstance(first, np.ndarray) and first.shape[-1:] == (steps,):
        return np.concatenate([part[cut] for part, cut in zip(parts, cuts, strict=True)])
    if isinstance(first, tuple):
        return tuple(_cut(members, cuts, steps) for members in zip(*parts, strict=True))
    if is_dataclass(first) and not isinstance(first, type):
        names = [field.name for field in fields(first)]
        return replace(first, **{name: _cut([getattr(part, name) for part in parts], cuts, steps) for name in names})
    return first
