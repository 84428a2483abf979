"""Sites: where energy is used, and the grid supply that serves them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field, ValidationInfo, field_validator

from carbonmatch.case.block import (
    ABSENT,
    Entry,
    Finding,
    Name,
    demanded,
    needed_to_solve,
    refuse,
    say,
)
from carbonmatch.case.compute import Compute
from carbonmatch.case.flexibility import Curtailable, Flexible, faults_of_classes, faults_of_shares
from carbonmatch.case.grid import Grid
from carbonmatch.case.load import Load
from carbonmatch.case.series import Intensity, MeteredPower
from carbonmatch.case.zone import ZoneName, need_series
from carbonmatch.timegrid import FloatArray, say_stamp


def above_connection(
    load_mwh: FloatArray, connection_mw: float, hours_per_step: float, starts: pd.DatetimeIndex, timezone: str
) -> str | None:
    """Say in which steps a load is above the limit of its connection, and the cure; None where it never is.

    load_mwh   [MWh per step];  connection_mw   [MW]
    """
    above = np.flatnonzero(load_mwh > connection_mw * hours_per_step)
    if not above.size:
        return None
    first, peak = load_mwh[above[0]] / hours_per_step, load_mwh.max() / hours_per_step
    return (
        f"is {say(connection_mw)} MW, and the load is above it in {above.size} of {len(load_mwh)} steps: "
        f"{say(first)} MW at {say_stamp(starts[above[0]], timezone)}, {say(peak)} MW at its peak; "
        f"raise the connection or lower the load"
    )


class Site(Entry):
    """A factory or data centre in one zone.

    load                             load in every step [MW], given or built; may be left out where it is metered and
                                     only matched
    grid                             may be left out where the case is only matched
    data_tier                        how the load is known; by its shape unless given
    forecast_load                    load that was expected a day before [MW], for operation without foresight
    metered_load_mw                  what the meter saw, for `carbonmatch match`
    supplier_emission_factor_g_per_kwh   of the retail supply, as the supplier states it
    compute                          tokens and cost of its machines
    flexible                         parts of the load that may be moved in time or to other sites
    curtailable                      parts of the load that may be given up
    """

    zone: ZoneName
    load: Annotated[Load | None, needed_to_solve("{flat_mw: 100} or {file: ..., column: ...}, in MW,")] = ABSENT
    grid: Annotated[Grid | None, needed_to_solve("a block of keys")] = ABSENT
    forecast_load: Load | None = None
    data_tier: Literal["meter", "facility_profile", "market_profile", "time_of_use", "flat"] | None = None
    metered_load_mw: MeteredPower | None = None
    supplier_emission_factor_g_per_kwh: Intensity | None = None
    compute: Compute | None = None
    flexible: dict[Name, Flexible] = Field(default_factory=dict)
    curtailable: dict[Name, Curtailable] = Field(default_factory=dict)

    @property
    def load_mw(self) -> FloatArray:
        """Load in every step [MW]."""
        return demanded(self.load).total_mw

    @property
    def load_may_be_lowered(self) -> bool:
        """Whether something of the load may be moved or given up."""
        return bool(self.flexible or self.curtailable)

    @field_validator("flexible", "curtailable", mode="before")
    @classmethod
    def _empty_block_is_no_entries(cls, value: Any) -> Any:
        return {} if value is None else value

    @field_validator("flexible")
    @classmethod
    def _flexible_work_is_there(cls, flexible: dict[str, Flexible], info: ValidationInfo) -> dict[str, Flexible]:
        load = info.data.get("load")
        if load is not None and (found := list(faults_of_classes(load, "flexible", flexible))):
            refuse(*found)
        return flexible

    @field_validator("curtailable")
    @classmethod
    def _curtailable_work_is_there(
        cls, curtailable: dict[str, Curtailable], info: ValidationInfo
    ) -> dict[str, Curtailable]:
        load, flexible = info.data.get("load"), info.data.get("flexible")
        if load is None:
            return curtailable
        found = list(faults_of_classes(load, "curtailable", curtailable))
        found += [] if flexible is None else faults_of_shares(load, flexible, curtailable)
        if found:
            refuse(*found)
        return curtailable

    @field_validator("grid")
    @classmethod
    def _zone_has_a_spot_price(cls, grid: Grid | None, info: ValidationInfo) -> Grid | None:
        for key, price in ({} if grid is None else grid.prices).items():
            if price.needs_spot_price:
                why = f"the {'energy ' if key == ('energy',) else ''}price follows the spot price of the zone"
                need_series(info, info.data.get("zone"), "spot_price_per_mwh", why, (*key, "index"))
        return grid

    @field_validator("compute")
    @classmethod
    def _compute_is_of_the_load(cls, compute: Compute | None, info: ValidationInfo) -> Compute | None:
        load = info.data.get("load", ABSENT)
        if compute is not None and load is not ABSENT and (found := tuple(compute.faults_beside(load))):
            refuse(*found)
        return compute

    @field_validator("metered_load_mw")
    @classmethod
    def _load_is_known(cls, metered: FloatArray | None, info: ValidationInfo) -> FloatArray | None:
        if metered is None and info.data.get("load", ABSENT) is None:
            what = (
                "is missing, and so is metered_load_mw; give what the meter saw, {file: ..., column: ...}, or the load"
            )
            refuse(Finding(what, beside="load"))
        return metered
