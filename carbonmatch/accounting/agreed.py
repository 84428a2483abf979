"""What was agreed with the seller beside price and size, and what became of it: volumes, and guaranteed shares."""

from __future__ import annotations

from typing import Any

from carbonmatch.records import ContractLedger, ContractTerms, FloatArray, Instrument


def flow_summary(contract: ContractTerms, account: ContractLedger) -> dict[str, float]:
    """Return what is delivered, and what can be claimed, where that is not what is generated [MWh]."""
    told = {}
    if contract.yearly:
        told["yearly_certificates_mwh"] = float(account.certified_mwh.sum())
    elif contract.shape_mwh_per_mw is not None:
        told["delivered_mwh"] = float(account.delivered_mwh.sum())
    if contract.claim_share is not None:
        told["claimable_mwh"] = float(account.claimable_mwh.sum())
    return told


def paid_for_mwh(contract: ContractTerms, account: ContractLedger) -> float:
    """Return the energy that a contract is paid for: what is delivered by a shape, else what is generated [MWh]."""
    if contract.yearly:
        return float(account.certified_mwh.sum())
    flow = account.generation_mwh if contract.shape_mwh_per_mw is None else account.delivered_mwh
    return float(flow.sum())


def volume_agreed_summary(
    contract: ContractTerms, contracted_mw: float, unused_mwh: FloatArray | None
) -> dict[str, Any]:
    """Return the contracted volume, and what of it is paid for and not taken; nothing where no volume is agreed."""
    if contract.volume is None:
        return {}
    told: dict[str, Any] = {"agreed_volume_mwh": contract.volume.total_mwh_per_mw * contracted_mw}
    if contract.volume.settled and unused_mwh is not None:
        unused = float(unused_mwh.sum())
        told |= {"unused_mwh": unused, "unused_payment": unused * (contract.strike_per_mwh or 0.0)}
    return told


def guarantee_summary(instrument: Instrument, account: ContractLedger, *, metered: bool) -> dict[str, Any]:
    """Return the share of supply that is carbon-free, and the guaranteed one; nothing of contracts that are no supply.

    shortfall_mwh   max(share * supplied - claims, 0), over the period
    penalty         penalty_per_mwh * shortfall_mwh [currency]: settled on meters, so that a plan has none
    """
    if instrument.structure != "retail_supply":
        return {}
    supplied, claimed = float(account.generation_mwh.sum()), float(account.certified_mwh.sum())
    share = claimed / supplied if supplied > 0.0 else None
    guarantee = instrument.guarantee
    if guarantee is None:
        return {"cfe_share": share, "guarantee": None}
    shortfall = max(guarantee.share * supplied - claimed, 0.0)
    return {
        "cfe_share": share,
        "guarantee": {
            "share": guarantee.share,
            "penalty_per_mwh": guarantee.penalty_per_mwh,
            "shortfall_mwh": shortfall if metered else None,
            "penalty": shortfall * guarantee.penalty_per_mwh if metered else None,
        },
    }


def of_its_technology_mwh(instrument: Instrument, account: ContractLedger) -> FloatArray:
    """Return what a contract's technology generates of its energy, (steps,) [MWh per step].

    All of it, save for retail supply: what of that is not carbon-free came from the grid.
    """
    return account.certified_mwh if instrument.structure == "retail_supply" else account.generation_mwh
