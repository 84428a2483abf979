"""What a registry of granular certificates asks for and a run cannot know: the issuing body, accounts, devices."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from carbonmatch.case.block import Block, Positive, refuse, say_value

LONGEST_EXPIRY_MONTHS = 1200


def _read_text(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    refuse(f"is {say_value(value)}; text is wanted (in quotes where it looks like a number)")


def _read_identifier(value: Any) -> str | int | None:
    if type(value) is int:
        return value
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    refuse(f"is {say_value(value)}; text or a whole number is wanted")


def _read_configuration(value: Any) -> int | None:
    if value is None or (type(value) is int and value in {1, 2, 3}):
        return value
    refuse(f"is {say_value(value)}; a registry has configuration 1, 2 or 3")


def _read_months(value: Any) -> int | None:
    if value is None or (type(value) is int and 1 <= value <= LONGEST_EXPIRY_MONTHS):
        return value
    refuse(f"is {say_value(value)}; a whole number of months is wanted, 1 to {LONGEST_EXPIRY_MONTHS:,}")


Text = Annotated[str | None, BeforeValidator(_read_text)]
Identifier = Annotated[str | int | None, BeforeValidator(_read_identifier)]


class Certificates(Block):
    """The registry that certificates are written for. What is left out stays empty in them.

    issue_market_zone        by default the name of the zone that the device stands in
    registry_configuration   1, 2 or 3 of the EnergyTag standard
    expiry_months            after the end of the production interval
    validator_id             of the party that validates storage records
    """

    issuing_body: Text = None
    legal_status: Text = None
    account_id: Identifier = None
    beneficiary: Text = None
    country_of_issuance: Text = None
    connected_grid_identification: Text = None
    issue_market_zone: Text = None
    issuance_purpose: Text = None
    registry_configuration: Annotated[int | None, BeforeValidator(_read_configuration)] = None
    quality_scheme_reference: Text = None
    dissemination_level: Text = None
    expiry_months: Annotated[int | None, BeforeValidator(_read_months)] = None
    validator_id: Identifier = None


class Device(Block):
    """The device that a registry knows a plant or a storage as. The name of the contract or storage unless given.

    capacity_mw   of the whole device, not of the contracted share of it
    """

    device_id: Identifier = None
    device_name: Text = None
    device_location: Text = None
    capacity_mw: Positive | None = None
