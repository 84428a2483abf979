"""RE100: the annual share of renewable electricity, with the limit on the age of plants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from carbonmatch.accounting.frameworks.identifiers import frameworks
from carbonmatch.accounting.frameworks.place import Place
from carbonmatch.accounting.frameworks.purchase import Purchase
from carbonmatch.records import age_test, full_years

AGE_LIMIT_YEARS: Final = 15
EXEMPT_SHARE: Final = 0.15
"""Share of consumption to which the age limit does not apply."""

SUSTAINABILITY_TO_SHOW: Final = frozenset({"biomass", "hydro"})


def statement(places: Sequence[Place], yearly: Sequence[Purchase], last_day: date) -> dict[str, Any]:
    """Return renewable shares before and after the age limit, for all zones and each zone, and the test by contract.

    yearly     purchases that are claimed by the year
    last_day   of the period: age is counted on it, so that a plant must be within the limit for all of the period
    """
    re100 = frameworks()["re100"]
    zones = [place for place in places if place.name]
    accounts = {place.name: _account(place, yearly, last_day) for place in zones}
    fields: list[dict[str, Any]] = []
    for place in places:
        account = accounts[place.name] if place.name else _together(list(accounts.values()))
        fields += [
            re100.field(identifier, value, zone=place.name, note=place.no_load_note)
            for identifier, value in account.told(place).items()
        ]
    on_day = f"On {last_day.isoformat()}."
    for purchase in (p for p in yearly if p.instrument.renewable):
        where = {"zone": purchase.zone, "instrument": purchase.instrument.name}
        commissioned = purchase.instrument.commissioned
        age = None if commissioned is None else full_years(commissioned, last_day)
        why = "The case gives no date." if commissioned is None else "" if age is not None else "After the period."
        fields += [
            re100.field("contract_claimed_mwh", purchase.mwh, **where),
            re100.field(
                "contract_commissioned", None if commissioned is None else commissioned.isoformat(), **where, note=why
            ),
            re100.field("contract_age_years", age, **where, note=why or on_day),
            re100.field("contract_age_test", age_test(commissioned, last_day, AGE_LIMIT_YEARS), **where, note=on_day),
        ]
    return re100.statement(fields)


@dataclass(frozen=True)
class _Account:
    """Renewable claims of one zone, or the sum over zones [MWh]."""

    within: float
    older: float
    unknown: float
    exempt_limit: float
    exempt_used: float
    exempt_used_by_older: float
    not_renewable: float
    to_show: float
    without_certificates: float

    def told(self, place: Place) -> dict[str, float | None]:
        renewable = self.within + self.older + self.unknown
        return {
            "consumption_mwh": place.load_mwh,
            "renewable_claimed_mwh": renewable,
            "not_renewable_mwh": self.not_renewable,
            "renewable_share": place.share(renewable),
            "age_within_limit_mwh": self.within,
            "age_over_limit_mwh": self.older,
            "age_not_known_mwh": self.unknown,
            "exempt_limit_mwh": self.exempt_limit,
            "exempt_used_mwh": self.exempt_used,
            "renewable_share_age_tested": place.share(self.within + self.exempt_used),
            "renewable_share_age_tested_unknown_within": place.share(
                self.within + self.unknown + self.exempt_used_by_older
            ),
            "sustainability_to_show_mwh": self.to_show,
            "without_certificates_mwh": self.without_certificates,
        }


def _account(zone: Place, yearly: Sequence[Purchase], last_day: date) -> _Account:
    bought = [p for p in yearly if p.zone == zone.name]
    renewable = [p for p in bought if p.instrument.renewable]
    by_age = {
        result: _mwh([p for p in renewable if age_test(p.instrument.commissioned, last_day, AGE_LIMIT_YEARS) == result])
        for result in ("within limit", "older", "not known")
    }
    limit = EXEMPT_SHARE * zone.load_mwh
    return _Account(
        within=by_age["within limit"],
        older=by_age["older"],
        unknown=by_age["not known"],
        exempt_limit=limit,
        exempt_used=min(by_age["older"] + by_age["not known"], limit),
        exempt_used_by_older=min(by_age["older"], limit),
        not_renewable=_mwh([p for p in bought if not p.instrument.renewable]),
        to_show=_mwh([p for p in renewable if p.instrument.technology in SUSTAINABILITY_TO_SHOW]),
        without_certificates=_mwh([p for p in renewable if not p.instrument.certificates]),
    )


def _together(accounts: Sequence[_Account]) -> _Account:
    return _Account(*(sum(getattr(account, name) for account in accounts) for name in _Account.__dataclass_fields__))


def _mwh(purchases: Sequence[Purchase]) -> float:
    return float(sum(p.mwh for p in purchases))
