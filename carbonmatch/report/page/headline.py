"""The answer of a run to each framework in one line, from the fields that decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from carbonmatch.report.numbers import given_share, number, share
from carbonmatch.report.page.answer import counted
from carbonmatch.report.page.listing import sized

Field = Mapping[str, Any]

_UNTIL: Final = ("now", "2030", "2035")


class _Totals:
    """The fields of a framework that are told for all zones together, or for the only zone."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self.fields = fields
        self.by_id: dict[str, Field] = {}
        for field in fields:
            if not field.get("instrument"):
                self.by_id.setdefault(field["id"], field)

    def share(self, identifier: str) -> str:
        return self._told(identifier, share)

    def tonnes(self, identifier: str) -> str:
        return self._told(identifier, lambda value: f"{sized(value)} t CO2e")

    def value(self, identifier: str) -> Any:
        return self.by_id[identifier].get("value")

    def _told(self, identifier: str, text: Callable[[float], str]) -> str:
        value = self.value(identifier)
        return "not known" if value is None else text(value)


def headline(framework: str, fields: Sequence[Field]) -> str:
    """Return the answer in one line; how many fields there are, for a framework that is not known here."""
    told = _HEADLINES.get(framework)
    try:
        if told is not None:
            return told(_Totals(fields))
    except KeyError:  # fields of another version of the framework
        pass
    open_ones = sum(1 for field in fields if field.get("value") is None)
    return f"{counted(len(fields), 'field').capitalize()}, {open_ones or 'none'} of them not known"


def _sbti(fields: _Totals) -> str:
    matched = fields.value("hourly_matched_share")
    if matched is None:
        return "Share of load matched hour by hour not known"
    levels: dict[bool, list[str]] = {True: [], False: []}
    for until in _UNTIL:
        levels[bool(fields.value(f"recognition_{until}_met"))].append(
            given_share(fields.value(f"recognition_{until}_threshold"))
        )
    met, missed = (_and(levels[state]) for state in (True, False))
    told = [f"{met} met"] if met else []
    told += [f"{missed} not met"] if missed else []
    noun = "threshold" if sum(map(len, levels.values())) == 1 else "thresholds"
    return f"{share(matched)} of load matched hour by hour; recognition {noun} {', '.join(told)}"


def _re100(fields: _Totals) -> str:
    unknown = fields.value("age_not_known_mwh") or 0.0
    of = f" (age not known of {number(unknown, 0)} MWh)" if unknown >= 0.5 else ""
    return (
        f"{fields.share('renewable_share')} renewable by the year; "
        f"{fields.share('renewable_share_age_tested')} within the age limit{of}"
    )


def _cdp(fields: _Totals) -> str:
    contracts = len({f["instrument"] for f in fields.fields if f.get("instrument")})
    return (
        f"Scope 2 of {fields.tonnes('7.7/location_based')} location-based and "
        f"{fields.tonnes('7.7/market_based')} market-based; purchases under {counted(contracts, 'contract')}"
    )


def _esrs(fields: _Totals) -> str:
    return (
        f"{fields.share('E1-5_09')} of electricity from renewable sources; Scope 2 of "
        f"{fields.tonnes('E1-6_09')} location-based and {fields.tonnes('E1-6_10')} market-based"
    )


def _compact(fields: _Totals) -> str:
    return (
        f"CFE score {fields.share('cfe_score')}, {fields.share('hourly_matched_share')} by contracts alone; "
        "there is no threshold to pass"
    )


def _google(fields: _Totals) -> str:
    if fields.value("cfe_score") is None:
        return "CFE score not known"
    return (
        f"CFE score {fields.share('cfe_score')}: {fields.share('cfe_score_from_contracts')} by contracts and "
        f"{fields.share('cfe_score_from_grid')} by the mix of the grid"
    )


_HEADLINES: Final[Mapping[str, Callable[[_Totals], str]]] = {
    "sbti": _sbti,
    "re100": _re100,
    "cdp": _cdp,
    "esrs": _esrs,
    "un_24_7_compact": _compact,
    "google_cfe": _google,
}


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
