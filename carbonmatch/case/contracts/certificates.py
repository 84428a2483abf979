"""Certificates without the energy: claims of an hour."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import ValidationInfo, field_validator

from carbonmatch.case.block import ABSENT, needed_to_solve, refuse, say
from carbonmatch.case.contracts.base import ContractBase
from carbonmatch.case.series import OfferedPower


class CertificatesContract(ContractBase):
    """Claims that are bought without the energy: nothing is delivered, and nothing settles against a price.

    strike_per_mwh   price of the certificates of a MWh
    """

    physical: ClassVar[bool] = False
    certificates_only: ClassVar[bool] = True
    volume: ClassVar[str]
    """Where the volume is said, for messages."""

    @field_validator("min_mw", "max_mw", "existing_mw")
    @classmethod
    def _is_no_plant(cls, value: float | None) -> float | None:
        if value:
            refuse(f"is {say(value)}, and certificates have no size in MW; say {cls.volume} instead")
        return value

    @field_validator("settlement_zone", "settlement_price_per_mwh")
    @classmethod
    def _settles_nowhere(cls, value: Any) -> Any:
        if value is not None:
            refuse("is given, and certificates settle against no price of energy; leave it out")
        return value

    @field_validator("loss_factor", "outages")
    @classmethod
    def _is_told_as_it_is_bought(cls, value: Any, info: ValidationInfo) -> Any:
        if np.any(value) if info.field_name == "outages" else value != 1.0:
            refuse(f"is of a plant, and these are certificates; leave it out, and say {cls.volume} as it is")
        return value


class HourlyCertificatesContract(CertificatesContract):
    """Claims of an hour: they are matched with the load of the same hour, like those of a virtual contract.

    offered_mw   volume on offer in every step [MW]; what of it is bought is chosen
    """

    dispatchable: ClassVar[bool] = True
    volume: ClassVar[str] = "what is on offer in offered_mw"

    structure: Literal["hourly_certificates"]
    offered_mw: Annotated[OfferedPower | None, needed_to_solve("a number or {file: ..., column: ...}")] = ABSENT
