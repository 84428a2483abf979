"""What the frameworks of a made run hold: fields by their true names, with values that need no arithmetic."""

from __future__ import annotations

from carbonmatch.accounting.frameworks.identifiers import frameworks

NO_OWN = "Not known: the case names no plants of the company."


def made_frameworks(zones, contracts, load_mwh):
    """Return all six frameworks: 72.5 % is matched by the hour, 80 % claimed by the year, no plant gives its date."""
    known = frameworks()
    sbti, re100, cdp, esrs = (known[key] for key in ("sbti", "re100", "cdp", "esrs"))
    compact, google = known["un_24_7_compact"], known["google_cfe"]
    places = ("", *zones)
    claimed = 0.8 * load_mwh

    def where(name):
        return {"zone": contracts[name]["zone"], "instrument": name}

    return [
        sbti.statement(
            [
                *(
                    sbti.field(f"recognition_{k}_threshold", v)
                    for k, v in (("now", 0.5), ("2030", 0.75), ("2035", 0.9))
                ),
                *(sbti.field("hourly_matched_share", 0.725, zone=place) for place in places),
                *(
                    sbti.field(f"recognition_{k}_met", k == "now", zone=p)
                    for p in places
                    for k in ("now", "2030", "2035")
                ),
            ]
        ),
        re100.statement(
            [
                *(re100.field("renewable_share", 0.8, zone=place) for place in places),
                *(re100.field("renewable_share_age_tested", 0.15, zone=place) for place in places),
                *(re100.field("age_not_known_mwh", claimed, zone=place) for place in places),
                *(
                    field
                    for name in contracts
                    for field in (
                        re100.field("contract_claimed_mwh", claimed / len(contracts), **where(name)),
                        re100.field("contract_commissioned", None, **where(name), note="The case gives no date."),
                    )
                ),
            ]
        ),
        cdp.statement(
            [
                cdp.field("7.7/location_based", 0.4 * load_mwh),
                cdp.field("7.7/market_based", 0.1 * load_mwh),
                *(
                    field
                    for name in contracts
                    for field in (
                        cdp.field("7.30.14/country", contracts[name]["zone"], **where(name)),
                        cdp.field("7.30.14/sourcing_method", "a long way to say that it is bought", **where(name)),
                        cdp.field("7.30.14/technology", contracts[name]["technology"], **where(name)),
                        cdp.field("7.30.14/consumed", claimed / len(contracts), **where(name)),
                    )
                ),
                *(cdp.field("7.30.16/self_generated_electricity", None, zone=z, note=NO_OWN) for z in zones),
                cdp.field("7.30.19/generated", None, note=NO_OWN),
            ]
        ),
        esrs.statement(
            [
                esrs.field("E1-5_09", 0.8),
                esrs.field("E1-6_09", 0.4 * load_mwh),
                esrs.field("E1-6_10", 0.1 * load_mwh),
                esrs.field("E1-6_19", f"energy attribute certificates: {', '.join(contracts)}"),
            ]
        ),
        compact.statement(
            [
                *(compact.field("cfe_score", 0.79, zone=place) for place in places),
                *(compact.field("hourly_matched_share", 0.725, zone=place) for place in places),
            ]
        ),
        google.statement(
            [
                google.field(identifier, value, zone=place)
                for place in places
                for identifier, value in (
                    ("cfe_score", 0.79),
                    ("cfe_score_from_contracts", 0.725),
                    ("cfe_score_from_grid", 0.065),
                )
            ]
        ),
    ]
