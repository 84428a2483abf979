"""Certificates without the energy: claims of an hour, or of a year."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import ValidationInfo, field_validator

from carbonmatch.case.block import ABSENT, NonNegative, needed_to_solve, refuse, refuse_crossed, say
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


class YearlyCertificatesContract(CertificatesContract):
    """Claims of a year, told by no hour: they count towards an annual target, and nowhere else.

    min_mwh_per_year, max_mwh_per_year   bounds of the volume [MWh/year]; no largest one means no limit
    """

    volume: ClassVar[str] = "min_mwh_per_year and max_mwh_per_year"

    structure: Literal["yearly_certificates"]
    min_mwh_per_year: NonNegative = 0.0
    max_mwh_per_year: NonNegative | None = None

    @field_validator("max_mwh_per_year")
    @classmethod
    def _volumes_in_order(cls, value: float | None, info: ValidationInfo) -> float | None:
        refuse_crossed(info.data.get("min_mwh_per_year"), value, "min_mwh_per_year")
        return value

    @field_validator("lot_mw", "or_nothing", "variant_of", "delivered_to")
    @classmethod
    def _is_a_volume_alone(cls, value: Any) -> Any:
        if value:
            refuse("is given, and certificates of a year are a volume and a price alone; leave it out")
        return value
