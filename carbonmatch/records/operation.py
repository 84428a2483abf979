"""Operation: what is run hour by hour, as it was planned or as it happened."""

from __future__ import annotations

from dataclasses import dataclass

from carbonmatch.records.array import FloatArray


@dataclass(frozen=True)
class Worth:
    """What an operator takes to be worth what, who sees one window of the horizon [currency/MWh].

    matched_per_mwh      (zones,) one more matched MWh, beside the retail supply that it saves
    contracted_per_mwh   (zones,) one more contracted MWh, matched or not: under a target over a volume
    stored_per_mwh       (pools,) one more MWh in store when the window ends
    """

    matched_per_mwh: FloatArray
    contracted_per_mwh: FloatArray
    stored_per_mwh: FloatArray


@dataclass(frozen=True)
class Schedule:
    """The operation of a portfolio [MWh per step]: what is generated, and what goes in and out of every pool.

    Arrays are (contracts, steps) and (pools, steps), the pools of all storages one after the other.
    state_of_charge_mwh is at the end of the step [MWh].
    """

    generation_mwh: FloatArray
    charge_mwh: FloatArray
    discharge_mwh: FloatArray
    state_of_charge_mwh: FloatArray
