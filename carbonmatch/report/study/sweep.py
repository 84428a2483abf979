"""A sweep as its page needs it: points that are met, what they are drawn over, and how they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from carbonmatch.report.overview import Column
from carbonmatch.report.overview.sweep import CFE, key_text, value_text
from carbonmatch.report.study.across import Across, numeric_axis, value_in
from carbonmatch.report.study.record import Row, Rows, Study


@dataclass(frozen=True)
class Sweep:
    """A sweep as its page needs it.

    rows       the points that are met
    missed     the points that are not
    baselines  those that are met, in the form of rows
    across     what curves are drawn over; None where no key has numbers
    other      the other key, where two are varied
    """

    study: Study
    rows: Rows
    missed: tuple[Row, ...]
    baselines: tuple[Row, ...]
    across: Across | None
    other: Mapping[str, Any] | None

    @staticmethod
    def of(study: Study) -> Sweep:
        """Return a study that is a sweep."""
        found = numeric_axis(study.content["axes"])
        beside = tuple(row for row in study.content["baselines"] if row.get("error") is None)
        rows = study.of(study.met, study.content["currency"])
        return Sweep(study, rows, study.missed, beside, *(found or (None, None)))

    @cached_property
    def axes(self) -> Sequence[Mapping[str, Any]]:
        """Every key that is varied, with its values."""
        return tuple(self.study.content["axes"])

    @property
    def over_targets(self) -> bool:
        """Whether the target is what varies, and nothing else."""
        return [axis["key"] for axis in self.axes] == [CFE]

    @property
    def has_budget(self) -> bool:
        """Whether points are the best share that a budget buys, and not the least cost of a share."""
        return (self.study.content.get("target") or {}).get("budget_per_year") is not None

    @property
    def frontiers(self) -> Sequence[Mapping[str, Any]]:
        """What the target costs, one for each value of the other key."""
        return tuple(self.study.content["frontiers"])

    def label(self, row: Row) -> str:
        """Return the values of a point in words; where two keys vary, with their names."""
        words = zip(self.axes, self.values(row), strict=True)
        return ", ".join(word if len(self.axes) == 1 else named(axis["key"], word) for axis, word in words)

    def values(self, row: Row) -> tuple[str, ...]:
        """Return the values of a point, each in words."""
        return tuple(value_text(axis["key"], value_in(row, axis["key"])) for axis in self.axes)

    @property
    def heads(self) -> tuple[Column, ...]:
        """The columns that name a point in a table."""
        return tuple(Column(key_text(axis["key"]), numeric=False) for axis in self.axes)

    @property
    def knees(self) -> frozenset[tuple[Any, Any]]:
        """Pairs (value of the other key, target) of the knees; None for the other key where there is none."""
        return frozenset((next(iter(f["held"].values()), None), f["knee"]) for f in self.frontiers)

    def at_knee(self, row: Row) -> bool:
        """Tell whether a point is the knee of its frontier."""
        if not self.frontiers:
            return False
        other = None if self.other is None else value_in(row, self.other["key"])
        return (other, row.get("target_cfe")) in self.knees


def named(key: str, word: str) -> str:
    """Write a value with the name of its key, without the block of the case that the key is in; a target needs none."""
    return word if key == CFE else f"{key.partition('.')[2] or key} {word}"
