"""Pay as consumed: the buyer pays what is taken, within an envelope, and never sells it on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from carbonmatch.case.contracts.volume import TakenContract
from carbonmatch.case.series import Availability


class PayAsConsumedContract(TakenContract):
    """Carbon-free energy that the buyer takes as it is used, at most so much in a step.

    availability   share of the contracted size that can be taken in every step, 0..1: 1, or the profile of a plant
    """

    structure: Literal["pay_as_consumed"]
    availability: Availability = Field(default=1.0, validate_default=True)
