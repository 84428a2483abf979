"""Random cases whose load may be changed: moved in time, given up, moved between sites."""

from __future__ import annotations

from hypothesis import strategies as st
from random_cases import DAYS, Mapped, cases, series


def flexible(*, group: str | None = None) -> st.SearchStrategy[Mapped]:
    """Return work that waits; with a group, one that may move between sites too, or instead."""
    windows: list[int | None] = [2, 3, 6, 12, 24, 48]
    return st.fixed_dictionaries(
        {
            "share": st.sampled_from([0.1, 0.3, 0.6]),
            "window_hours": st.sampled_from(windows if group is None else [*windows, None, None]),
            "max_increase_share": st.sampled_from([None, 0.1, 0.5, 2.0]),
            "cost_per_mwh": st.sampled_from([0, 0, 1, 7]),
            "latency_group": st.just(group),
        }
    )


def curtailable() -> st.SearchStrategy[Mapped]:
    """Return work that may be given up, in events or at will."""
    return st.fixed_dictionaries(
        {
            "share": st.sampled_from([0.1, 0.4]),
            "price_per_mwh": st.integers(0, 200),
            "event_hours": st.sampled_from([None, 1, 3]),
            "events_per_year": st.sampled_from([None, DAYS, 3 * DAYS]),
        }
    )


@st.composite
def changeable_cases(draw: st.DrawFn, *, two_sites: bool = False) -> Mapped:
    """Return a random case whose load may be changed; with `two_sites`, some of it between two sites."""
    case = draw(cases())
    sites = case["sites"]
    if two_sites and len(sites) < 2:
        sites["site1"] = {**next(iter(sites.values())), "load": [load + 1 for load in draw(series(0, 12))]}
    grouped = two_sites or (len(sites) > 1 and draw(st.booleans()))
    for number, site in enumerate(sites.values()):
        if draw(st.booleans()) or grouped:
            site["flexible"] = {"batch": draw(flexible(group="near" if grouped and number < 2 else None))}
        if draw(st.booleans()):
            site["curtailable"] = {"slow": draw(curtailable())}
    if grouped:
        most = st.one_of(st.none(), st.integers(0, 6), series(0, 6))
        group = {"cost_per_mwh": draw(st.sampled_from([0, 0, 2])), "max_mw": draw(most)}
        case["latency_groups"] = {"near": group}
    elif not any("flexible" in site for site in sites.values()):
        next(iter(sites.values()))["flexible"] = {"batch": draw(flexible())}
    return case
