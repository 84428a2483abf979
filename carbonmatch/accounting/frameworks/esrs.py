"""ESRS E1: the energy mix of the electricity (E1-5), and gross Scope 2 with its instruments (E1-6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from carbonmatch.accounting.frameworks.identifiers import Value, frameworks
from carbonmatch.accounting.frameworks.place import NO_LOAD, Place
from carbonmatch.accounting.frameworks.purchase import Purchase
from carbonmatch.accounting.frameworks.scope2_total import emissions_and_why
from carbonmatch.units import SCORE_TOLERANCE

NOT_SPLIT: Final = "Not split: the source of {mwh:,.0f} MWh is not in the case (grid, supplier, or clean firm supply)."
NO_INSTRUMENT: Final = "No electricity is under a contract."
NO_EMISSIONS: Final = "Market-based emissions are zero: there is nothing to take a share of."


def statement(whole: Place, yearly: Sequence[Purchase], scope2: Mapping[str, Any]) -> dict[str, Any]:
    """Return the datapoints of all zones together.

    yearly, scope2   purchases and statement under the guidance of 2015
    """
    esrs = frameworks()["esrs"]
    told = {**_energy_mix(whole, yearly), **_scope2(whole, yearly, scope2)}
    return esrs.statement([esrs.field(identifier, value, note=note) for identifier, (value, note) in told.items()])


def _energy_mix(whole: Place, yearly: Sequence[Purchase]) -> dict[str, tuple[Value, str]]:
    """Return E1-5: renewable is what contracts say it is; fossil and nuclear are known where all sources are.

    load = renewable + nuclear under contract + source not stated + not split
    """
    renewable = _mwh([p for p in yearly if p.instrument.renewable])
    nuclear = _mwh([p for p in yearly if p.instrument.technology == "nuclear"])
    not_stated = _mwh([p for p in yearly if not p.instrument.renewable and p.instrument.technology != "nuclear"])
    not_split = max(whole.load_mwh - _mwh(yearly), 0.0)
    unknown = not_split + not_stated
    known = unknown <= SCORE_TOLERANCE * whole.load_mwh
    why = "" if known else NOT_SPLIT.format(mwh=unknown)
    fossil = (0.0, "") if known else (None, why)
    no_share = why or whole.no_load_note
    return {
        "E1-5_01": (whole.load_mwh, ""),
        "E1-5_02": fossil,
        "E1-5_03": (nuclear if known else None, why),
        "E1-5_04": (whole.share(nuclear) if known else None, no_share),
        "E1-5_05": (renewable, ""),
        "E1-5_07": (renewable, ""),
        "E1-5_09": (whole.share(renewable), whole.no_load_note),
        "E1-5_14": fossil,
        "E1-5_15": (whole.share(0.0) if known else None, no_share),
        "nuclear_under_contract_mwh": (nuclear, ""),
        "source_not_stated_mwh": (not_stated, ""),
        "not_split_mwh": (not_split, ""),
    }


def _scope2(whole: Place, yearly: Sequence[Purchase], scope2: Mapping[str, Any]) -> dict[str, tuple[Value, str]]:
    """Return E1-6: both totals, and what of them rests on contracts."""
    market, no_market = emissions_and_why(scope2, "market_based")
    bought, bundled = _mwh(yearly), _mwh([p for p in yearly if p.bundled])
    none = "" if bought > 0.0 else NO_INSTRUMENT
    from_bundled = sum(p.emissions_t for p in yearly if p.bundled)
    return {
        "E1-6_09": emissions_and_why(scope2, "location_based"),
        "E1-6_10": (market, no_market),
        "E1-6_18": (scope2["claimed_share"], "") if whole.load_mwh > 0.0 else (None, NO_LOAD),
        "E1-6_19": (_listed(yearly, _instrument_type), ""),
        "E1-6_20": (from_bundled / market, "") if market else (None, no_market or NO_EMISSIONS),
        "E1-6_21": (None if none else bundled / bought, none),
        "E1-6_22": (None if none else (bought - bundled) / bought, none),
        "E1-6_23": (_listed(yearly, _bundling), ""),
    }


def _instrument_type(purchase: Purchase) -> str:
    return "energy attribute certificates" if purchase.instrument.certificates else "contracts without certificates"


def _bundling(purchase: Purchase) -> str:
    if purchase.bundled:
        return "bundled with energy"
    return f"unbundled ({'virtual contracts' if purchase.instrument.structure == 'virtual' else 'certificates'})"


def _listed(yearly: Sequence[Purchase], kind: Callable[[Purchase], str]) -> str:
    """Return the kinds of purchases in alphabetical order, each with the contracts of that kind."""
    kinds = sorted({kind(p) for p in yearly})
    return "; ".join(f"{k}: {', '.join(p.instrument.name for p in yearly if kind(p) == k)}" for k in kinds) or "none"


def _mwh(purchases: Sequence[Purchase]) -> float:
    return float(sum(p.mwh for p in purchases))
