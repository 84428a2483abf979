"""The scores a buyer reports, from the ledger. Excess of an hour is dropped, never carried over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carbonmatch.records import FloatArray, IntArray, ZoneLedger
from carbonmatch.units import FULL_MATCH_TOLERANCE


@dataclass(frozen=True)
class Scores:
    """Scores of one zone or of the portfolio; shares of load, 0..1 save the volumetric one.

    hourly_matched_share       sum min(contracted, load) / sum load                     SBTi, draft GHG Protocol
    cfe_score                  the same, with the grid's carbon-free share credited for unmatched load (Google); None
                               where a zone gives no grid_cfe_share
    annual_volumetric_share    sum contracted / sum load, uncapped; an annual figure, to be labelled so
    annual_volumetric_claim    the same, claimed up to 1
    fully_matched_hours        hours whose load is matched (to 1e-5)
    worst_step_share           least matched share of any step; worst_step is the number of the first with it
    worst_month_share          least matched share of any calendar month; worst_month is the number of the first with it
    longest_gap_hours          longest unbroken run of hours that are not fully matched

    Where there is no load nothing is left unmatched: shares are 1, and there is no volumetric share.
    """

    hourly_matched_share: float
    cfe_score: float | None
    annual_volumetric_share: float | None
    annual_volumetric_claim: float | None
    fully_matched_hours: float
    fully_matched_hours_share: float
    worst_step_share: float
    worst_step: int
    worst_month_share: float
    worst_month: int
    longest_gap_hours: float

    @property
    def cfe_score_from_contracts(self) -> float | None:
        """The part of the CFE score that contracts bring; None where there is no score."""
        return None if self.cfe_score is None else self.hourly_matched_share

    @property
    def cfe_score_from_grid(self) -> float | None:
        """The part of the CFE score that the mix of the grid brings; None where there is no score."""
        return None if self.cfe_score is None else self.cfe_score - self.hourly_matched_share


def score(zones: tuple[ZoneLedger, ...], month_of_step: IntArray, hours_per_step: float) -> Scores:
    """Return the scores of one or several zones together; zones are summed after matching, never netted."""
    load = _total([zone.load_mwh for zone in zones])
    matched = _total([zone.matched_mwh for zone in zones])
    total = float(load.sum())
    share = np.divide(matched, load, out=np.ones_like(load), where=load > 0.0)
    full = share >= 1.0 - FULL_MATCH_TOLERANCE
    months = np.arange(int(month_of_step.max()) + 1)
    load_by_month = np.bincount(month_of_step, load, len(months))
    matched_by_month = np.bincount(month_of_step, matched, len(months))
    month_share = np.divide(matched_by_month, load_by_month, out=np.ones(len(months)), where=load_by_month > 0.0)
    credited = [credited_grid_cfe(zone) for zone in zones]
    with_credit = [credit for credit in credited if credit is not None]
    volumetric = sum(zone.yearly_volume_mwh for zone in zones) / total if total > 0.0 else None
    return Scores(
        hourly_matched_share=float(matched.sum()) / total if total > 0.0 else 1.0,
        cfe_score=None
        if len(with_credit) < len(zones)
        else (float(matched.sum()) + sum(float(credit.sum()) for credit in with_credit)) / total
        if total > 0.0
        else 1.0,
        annual_volumetric_share=volumetric,
        annual_volumetric_claim=None if volumetric is None else min(volumetric, 1.0),
        fully_matched_hours=float(full.sum()) * hours_per_step,
        fully_matched_hours_share=float(full.mean()),
        worst_step_share=float(share.min()),
        worst_step=first_least(share),
        worst_month_share=float(month_share.min()),
        worst_month=first_least(month_share),
        longest_gap_hours=longest_run(~full) * hours_per_step,
    )


def credited_grid_cfe(zone: ZoneLedger) -> FloatArray | None:
    """Return the carbon-free energy that the grid's own mix supplies to unmatched load [MWh per step]."""
    return None if zone.grid_cfe_share is None else zone.grid_cfe_share * zone.unmatched_mwh


def first_least(shares: FloatArray) -> int:
    """Return the number of the first share that is the least one, to the tolerance of a full match.

    Where a limit on firm capacity binds, many hours share the least one, and solver noise must not choose among them.
    """
    return int(np.flatnonzero(~(shares > shares.min() + FULL_MATCH_TOLERANCE))[0])


def longest_run(flags: np.typing.NDArray[np.bool_]) -> int:
    """Return the length of the longest unbroken run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _total(series: list[FloatArray]) -> FloatArray:
    return np.asarray(np.sum(series, axis=0), dtype=float)
