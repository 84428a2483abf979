"""Which contract a block of the case is, by its structure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, NoReturn

from pydantic import ConfigDict, Field, PlainValidator, ValidationInfo, field_validator

from carbonmatch.case.block import refuse, say_value
from carbonmatch.case.contracts.base import ContractBase
from carbonmatch.case.contracts.certificates import HourlyCertificatesContract, YearlyCertificatesContract
from carbonmatch.case.contracts.clean_firm import CleanFirmContract
from carbonmatch.case.contracts.pay_as_consumed import PayAsConsumedContract
from carbonmatch.case.contracts.pay_as_produced import PayAsProducedContract
from carbonmatch.case.contracts.retail_supply import RetailSupplyContract
from carbonmatch.case.contracts.shaped import BaseloadContract, ShapedContract
from carbonmatch.case.contracts.virtual import VirtualContract
from carbonmatch.wording import listed, nearest

Contract = (
    PayAsProducedContract
    | VirtualContract
    | CleanFirmContract
    | BaseloadContract
    | ShapedContract
    | PayAsConsumedContract
    | RetailSupplyContract
    | HourlyCertificatesContract
    | YearlyCertificatesContract
)

STRUCTURES: Final[dict[str, type[Contract]]] = {
    "pay_as_produced": PayAsProducedContract,
    "virtual": VirtualContract,
    "clean_firm": CleanFirmContract,
    "baseload": BaseloadContract,
    "shaped": ShapedContract,
    "pay_as_consumed": PayAsConsumedContract,
    "retail_supply": RetailSupplyContract,
    "hourly_certificates": HourlyCertificatesContract,
    "yearly_certificates": YearlyCertificatesContract,
}


class UnknownContract(ContractBase):
    """A contract whose structure is missing or unknown: told together with what all contracts have in common."""

    model_config = ConfigDict(extra="ignore")

    structure: Any = Field(default=None, validate_default=True)

    @field_validator("structure")
    @classmethod
    def _name_the_structures(cls, value: Any) -> NoReturn:
        trouble = "is missing" if value is None else f"is {say_value(value)}"
        refuse(f"{trouble}; a contract is one of {listed(STRUCTURES)}{nearest(str(value), STRUCTURES)}")


def _read_contract(value: Any, info: ValidationInfo) -> Contract:
    if not isinstance(value, Mapping):
        refuse(f"is {say_value(value)}; a block is wanted, with technology, zone, structure, strike_per_mwh and so on")
    structure = str(value.get("structure"))
    if structure not in STRUCTURES:
        UnknownContract.model_validate(value, context=info.context)  # always ends in faults
    return STRUCTURES[structure].model_validate(value, context=info.context)


AnyContract = Annotated[Contract, PlainValidator(_read_contract)]
