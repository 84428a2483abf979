"""Tariff: what a grid supply bills beside its energy, and the arithmetic of the bill.

The network, levies and the size of the connection see what passes the meter, not what a contract delivers: all of this
is counted on metered import [MWh per step].
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonmatch.records.array import FloatArray, IntArray


@dataclass(frozen=True)
class DemandCharge:
    """A charge on the largest metered import of a month, in the hours that it names.

    counts            (steps,) whether the import of a step counts
    amount_per_mw     (months,) what a billed MW costs in each calendar month of the horizon [currency/MW]; 0 in months
                      in which the charge is not due
    ratchet_share     share of the peaks of earlier months that is billed at least, 0..1
    look_back_months  how many months before are looked back at
    least_mw          billed at least, in every month in which the charge is due [MW]
    peak_before_mw    peak of the months before the horizon [MW]; None where they are taken to be like its last ones
    """

    name: str
    counts: NDArray[np.bool_]
    amount_per_mw: FloatArray
    ratchet_share: float = 0.0
    look_back_months: int = 0
    least_mw: float = 0.0
    peak_before_mw: float | None = None

    @property
    def months_due(self) -> list[int]:
        """Numbers of the months in which it is due."""
        return np.flatnonzero(self.amount_per_mw > 0.0).tolist()

    def looked_back_at(self, month: int) -> list[int]:
        """Return the months of the horizon whose peaks bind this one, itself left out.

        Those before the horizon are, where no peak is given for them, the last ones of the horizon: it is a cycle.
        """
        if self.ratchet_share == 0.0:
            return []
        before = [month - back for back in range(1, self.look_back_months + 1)]
        if self.peak_before_mw is None:
            before = [earlier % len(self.amount_per_mw) for earlier in before]
        return sorted({earlier for earlier in before if earlier >= 0 and earlier != month})

    def floor_mw(self, month: int) -> float:
        """Return what is billed in a month whatever is used in the horizon [MW]."""
        reaches_before = self.peak_before_mw is not None and month - self.look_back_months < 0
        ratchet = self.ratchet_share * self.peak_before_mw if reaches_before and self.peak_before_mw else 0.0
        return max(self.least_mw, ratchet)


@dataclass(frozen=True)
class CoincidentPeak:
    """A charge on what is used while the system as a whole peaks.

    share           (steps,) part of each step in the mean that is billed; all together 1
    amount_per_mw   what a MW of that mean costs over the horizon [currency/MW]
    """

    share: FloatArray
    amount_per_mw: float


@dataclass(frozen=True)
class Subscription:
    """Power that is subscribed for, and what is paid for import above it.

    mw                       subscribed [MW]; None where it is chosen
    amount_per_mw            what a subscribed MW costs over the horizon [currency/MW]
    excess_penalty_per_mwh   paid for each MWh above it, on top of all else
    """

    mw: float | None
    amount_per_mw: float
    excess_penalty_per_mwh: float


@dataclass(frozen=True)
class Tariff:
    """What the grid supply of a site bills on its metered import, and pays for its export.

    adders_per_mwh         (steps,) network, levies and the like, all together; None where there are none
    fixed_charge           over the horizon, whatever is used [currency]; None where there is none
    export_price_per_mwh   (steps,) what a MWh out of the meter earns; None where the case gives no price
    export_limit_mw        most that may leave through the meter; inf where there is no limit
    """

    adders_per_mwh: FloatArray | None = None
    demand_charges: tuple[DemandCharge, ...] = ()
    coincident_peak: CoincidentPeak | None = None
    subscription: Subscription | None = None
    fixed_charge: float | None = None
    export_price_per_mwh: FloatArray | None = None
    export_limit_mw: float = math.inf

    @property
    def without_charges(self) -> Tariff:
        """The same without anything that is billed on import; export stays as it is."""
        return Tariff(export_price_per_mwh=self.export_price_per_mwh, export_limit_mw=self.export_limit_mw)

    @property
    def bills_import(self) -> bool:
        """Whether anything is billed beside energy."""
        return bool(self.demand_charges) or any(
            part is not None
            for part in (self.adders_per_mwh, self.coincident_peak, self.subscription, self.fixed_charge)
        )


def measured_peaks_mw(
    charge: DemandCharge, metered_import_mwh: FloatArray, month_of_step: IntArray, hours_per_step: float
) -> FloatArray:
    """Return the largest metered import of each month in the hours of a charge, (months,) [MW]; 0 where it has none."""
    peaks = np.zeros(len(charge.amount_per_mw))
    np.maximum.at(peaks, month_of_step[charge.counts], metered_import_mwh[charge.counts] / hours_per_step)
    return peaks


def billed_peaks_mw(
    charge: DemandCharge, metered_import_mwh: FloatArray, month_of_step: IntArray, hours_per_step: float
) -> FloatArray:
    """Return what each month is billed for, (months,) [MW]; 0 in months in which the charge is not due.

    billed[m] = max(measured[m], ratchet_share * measured[m'] for each m' looked back at, floor[m])
    """
    measured = measured_peaks_mw(charge, metered_import_mwh, month_of_step, hours_per_step)
    billed = np.zeros_like(measured)
    for month in charge.months_due:
        before = [charge.ratchet_share * measured[earlier] for earlier in charge.looked_back_at(month)]
        billed[month] = max([measured[month], charge.floor_mw(month), *before])
    return billed


def excess_mwh(subscribed_mw: float, metered_import_mwh: FloatArray, hours_per_step: float) -> FloatArray:
    """Return what of the metered import lies above the subscribed power [MWh per step]."""
    above: FloatArray = np.maximum(metered_import_mwh - subscribed_mw * hours_per_step, 0.0)
    return above
