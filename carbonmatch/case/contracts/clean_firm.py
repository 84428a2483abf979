"""Clean firm supply: it runs when it is wanted."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from carbonmatch.case.block import Share
from carbonmatch.case.contracts.volume import TakenContract
from carbonmatch.case.series import Availability


class CleanFirmContract(TakenContract):
    """Dispatchable carbon-free supply.

    availability               share of the contracted size that can run in every step, 0..1
    must_run_share             share of the contracted size that always runs, as far as it is available
    forecast_availability      what was expected of it a day before, for operation without foresight
    """

    may_stand_on_site: ClassVar[bool] = True

    structure: Literal["clean_firm"]
    must_run_share: Share = 0.0
    availability: Availability = Field(default=1.0, validate_default=True)
    forecast_availability: Availability | None = None
