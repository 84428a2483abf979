"""The load of a case in figures, against sums by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_cases import a_case

import carbonmatch as cm
from carbonmatch.accounting import profile_frame, profile_summary, site_profiles
from carbonmatch.load import SiteLoad

FOUR_HOURS = {
    "time": {"start": "2018-01-31T22:00", "end": "2018-02-01T02:00", "timezone": "UTC"},
    "zones": {"Z": {"spot_price_per_mwh": 40.0, "carbon_intensity_g_per_kwh": 500}},
    "sites": {
        "s": {
            "load": [12.0, 12.0, 24.0, 0.0],
            "flexible": {"late": {"share": 0.25, "window_hours": 2, "cost_per_mwh": 1}},
            "curtailable": {"off": {"share": 0.5, "price_per_mwh": 900, "event_hours": 3}},
        },
        "t": {"zone": "Z", "load": [10.0, 30.0, 10.0, 10.0], "grid": {"energy": {"flat_per_mwh": 50}}},
    },
    "contracts": ...,
}


@pytest.fixture
def case():
    return a_case(FOUR_HOURS)


def parted(profile):
    """Return the profile of the site with machines, cooling and losses; in the last hour nothing runs.

    hour        1     2     3   4
    training    6     6    12   0
    inference   4     3     8   0
    cooling     1     2     2   0
    losses      0.5   0.5   1   0
    rest        0.5   0.5   1   0
    total      12    12    24   0
    """
    training, inference = np.array([6.0, 6, 12, 0]), np.array([4.0, 3, 8, 0])
    total = profile.load.total_mw
    share = np.divide(training, training + inference, out=np.zeros(4), where=training > 0)
    load = SiteLoad(
        total,
        {"training": total * share, "inference": total * (1 - share)},
        {"training": training, "inference": inference},
        np.array([1.0, 2, 2, 0]),
        np.array([0.5, 0.5, 1, 0]),
        np.full(4, 40.0),
        frozenset({"training"}),
    )
    return replace(profile, load=load)


def test_energy_peak_and_load_factor_are_those_of_the_hours(case):
    summary = profile_summary(case, site_profiles(case))
    site, together = summary["sites"]["s"], summary["all_sites"]
    assert site["load_mwh"] == 48.0
    assert site["mean_mw"] == 12.0
    assert (site["peak_mw"], site["peak_at_utc"], site["least_mw"]) == (24.0, "2018-02-01T00:00:00+00:00", 0.0)
    assert site["load_factor"] == 0.5
    assert site["load_mwh_per_year"] == pytest.approx(48.0 * 8760 / 4)
    # Together 22, 42, 34, 10: the peak of both is not the sum of their peaks.
    assert (together["load_mwh"], together["peak_mw"], together["load_factor"]) == (108.0, 42.0, pytest.approx(27 / 42))
    assert together["peak_at_utc"] == "2018-01-31T23:00:00+00:00"


def test_months_are_local_and_add_up(case):
    site = profile_summary(case, site_profiles(case))["sites"]["s"]
    january, february = site["months"]
    assert (january["month"], january["load_mwh"], january["hours"]) == ("2018-01", 24.0, 2.0)
    assert (february["month"], february["load_mwh"], february["load_factor"]) == ("2018-02", 24.0, 0.5)


def test_parts_of_a_built_load_add_up_and_pue_is_weighted_by_energy(case):
    first, _ = site_profiles(case)
    site = profile_summary(case, [parted(first)])["sites"]["s"]
    assert (site["it_mwh"], site["cooling_mwh"], site["losses_mwh"], site["other_mwh"]) == (39.0, 5.0, 2.0, 2.0)
    assert site["it_mwh"] + site["cooling_mwh"] + site["losses_mwh"] + site["other_mwh"] == site["load_mwh"]
    # 48 MWh over 39 MWh, not the mean of 1.2, 1.333 and 1.2; the hour without load does not count.
    assert site["pue"]["mean"] == pytest.approx(48 / 39)
    assert site["pue"]["lowest"] == pytest.approx(1.2)
    assert site["pue"]["highest"] == pytest.approx(12 / 9)
    assert site["pue"]["highest_at_utc"] == "2018-01-31T23:00:00+00:00"
    assert site["nameplate_mw"] == 40.0
    assert site["it_share_of_nameplate"] == pytest.approx(39 / 160)
    # 12 * 6/10 + 12 * 6/9 + 24 * 12/20
    assert site["classes"]["training"]["load_mwh"] == pytest.approx(7.2 + 8.0 + 14.4)
    assert site["classes"]["training"]["it_mwh"] == 24.0
    assert site["classes"]["training"]["fixed"] is True
    assert site["classes"]["inference"]["fixed"] is False
    assert [month["pue"] for month in site["months"]] == [pytest.approx(24 / 19), pytest.approx(24 / 20)]


def test_what_may_be_changed_is_a_share_of_what_may_wait(case):
    first, second = site_profiles(case)
    summary = profile_summary(case, [first, second])
    late = summary["sites"]["s"]["flexible"]["late"]
    assert (late["mwh"], late["peak_mw"], late["share_of_load"]) == (12.0, 6.0, 0.25)
    assert (late["window_hours"], late["latency_group"]) == (2.0, None)
    off = summary["sites"]["s"]["curtailable"]["off"]
    assert (off["mwh"], off["event_hours"], off["events_per_year"]) == (24.0, 3.0, None)
    assert summary["sites"]["t"]["flexible"] == {}
    assert first.flexible_mw.tolist() == [3.0, 3.0, 6.0, 0.0]
    assert second.flexible_mw.tolist() == [0.0] * 4


def test_the_table_has_a_row_for_each_site_and_step(case):
    first, second = site_profiles(case)
    frame = profile_frame([parted(first), second], case.grid)
    assert len(frame) == 8
    assert frame["interval_start_utc"].tolist() == [*case.grid.index, *case.grid.index]
    own = frame[frame["site"] == "s"]
    parts = own[["it_mw", "cooling_mw", "losses_mw", "other_mw"]].sum(axis=1)
    assert np.array_equal(parts, own["total_mw"])
    assert own["pue"].tolist() == pytest.approx([1.2, 12 / 9, 1.2, 1.0])
    assert own["curtailable_mw"].tolist() == [6.0, 6.0, 12.0, 0.0]
    other = frame[frame["site"] == "t"]
    assert other["it_training_mw"].isna().all()
    assert other["pue"].isna().all()
    assert other["flexible_mw"].tolist() == [0.0] * 4


def test_what_nobody_uses_has_no_load_factor(case):
    nothing = a_case({**FOUR_HOURS, "sites": {**FOUR_HOURS["sites"], "s": {"load": {"flat_mw": 0}}}})
    site = profile_summary(nothing, site_profiles(nothing))["sites"]["s"]
    assert (site["load_mwh"], site["load_factor"], site["pue"]) == (0.0, None, None)


def test_500_mw_at_90_percent_is_3_94_twh():
    loads = cm.site_loads(
        a_case(
            {
                "time": {"start": "2018-01-01", "end": "2019-01-01"},
                "zones": {"Z": {"spot_price_per_mwh": 40.0, "carbon_intensity_g_per_kwh": 500}},
                "sites": {"s": {"load": {"ai_factory": {"contracted_mw": 500, "utilisation": 0.9}}}},
                "contracts": ...,
            }
        )
    )
    assert loads.summary["sites"]["s"]["load_mwh_per_year"] == pytest.approx(3.942e6)  # 500 * 0.9 * 8,760
    assert loads.summary["sites"]["s"]["load_factor"] == pytest.approx(1.0)


def test_another_site_is_named(case):
    with pytest.raises(cm.InputError) as refused:
        cm.site_loads(case, site="tt")
    assert str(refused.value) == "--site: there is no site 'tt'; did you mean 't'? (sites: s, t)"
    assert list(cm.site_loads(case, site="t").summary["sites"]) == ["t"]
