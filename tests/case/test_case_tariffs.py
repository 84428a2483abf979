"""Tariffs as a user writes them: what they become hour by hour, and what is wrong with bad ones."""

from __future__ import annotations

import numpy as np
import pytest

from carbonmatch.formulation import problem_from_case

GRID = "sites.berlin.grid"
WEEK = ("time.start=2018-01-05", "time.end=2018-01-06")


def price(workshop, written, *settings):
    case = workshop.load(f"{GRID}.energy={written}", *settings)
    return case.sites["berlin"].grid.energy.on(case.zones["DE"].spot_price_per_mwh)


def test_time_of_use_is_told_by_the_local_clock(workshop):
    # 1 January 2018 was a Monday
    found = price(
        workshop,
        "{time_of_use: [{per_mwh: 90, days: weekday, hours: [8, 20]}, {per_mwh: 40, hours: [22, 6]}, {per_mwh: 60}]}",
    )
    assert found.tolist() == [40] * 6 + [60] * 2 + [90] * 12 + [60] * 2 + [40] * 2


def test_an_entry_may_hold_several_spans_and_a_series(workshop):
    series = "{file: data/day.csv, column: price}"
    found = price(workshop, f"{{time_of_use: [{{per_mwh: {series}, hours: [[0, 2], [23, 24]]}}, {{per_mwh: 60}}]}}")
    assert found.tolist() == [40, 39] + [60] * 21 + [17]


def test_other_months_and_days_do_not_count(workshop):
    entries = "{per_mwh: 1, months: [2]}, {per_mwh: 2, days: weekend}, {per_mwh: 3, months: [1], days: weekday}"
    assert set(price(workshop, f"{{time_of_use: [{entries}]}}")) == {3.0}


def test_losses_are_bought_too(workshop):
    # (40 + 10) * 1.04 in the first hour
    found = price(workshop, "{index: spot, margin_per_mwh: 10, losses: 0.04}")
    assert found[0] == pytest.approx(52.0)


def test_adders_add_up_whatever_their_form(workshop):
    levy, peak = "{file: data/day.csv, column: price}", "{time_of_use: [{per_mwh: 7, hours: [0, 1]}, {per_mwh: 0}]}"
    adders = f"{{network: 5, levy: {levy}, peak: {peak}}}"
    tariff = problem_from_case(workshop.load(f"{GRID}.adders_per_mwh={adders}")).sites[0].tariff
    assert tariff.adders_per_mwh[:2].tolist() == [5 + 40 + 7, 5 + 39]


def test_a_demand_charge_counts_its_hours_and_part_months(workshop):
    charge = "{peak: {per_kw_month: 2, hours: [8, 20], ratchet_share: 0.8}}"
    (found,) = problem_from_case(workshop.load(f"{GRID}.demand_charges={charge}")).sites[0].tariff.demand_charges
    assert np.flatnonzero(found.counts).tolist() == list(range(8, 20))
    assert found.amount_per_mw.tolist() == pytest.approx([2 * 1000 / 31])  # one day of January
    assert found.look_back_months == 11


def test_a_demand_charge_of_other_months_is_not_due(workshop):
    charge = "{peak: {per_kw_month: 2, months: [7, 8]}}"
    (found,) = problem_from_case(workshop.load(f"{GRID}.demand_charges={charge}")).sites[0].tariff.demand_charges
    assert found.months_due == []


def test_steps_of_the_system_peak_are_local(workshop):
    peak = "{per_kw_year: 8.76, at: ['2018-01-01 18:00', '2018-01-01 19:30']}"
    found = problem_from_case(workshop.load(f"{GRID}.coincident_peak={peak}")).sites[0].tariff.coincident_peak
    assert np.flatnonzero(found.share).tolist() == [18, 19]
    assert found.share.sum() == 1
    assert found.amount_per_mw == pytest.approx(24.0)  # 24 of 8,760 hours


FAULTS = (
    (
        "energy={time_of_use: [{per_mwh: 9, hours: [8, 20]}]}",
        "no entry covers 12 of 24 steps, in hours 0-8, 20-24, the first at 2018-01-01 00:00",
    ),
    (
        "energy={time_of_use: [{per_mwh: 9, hours: [0, 13]}, {per_mwh: 8, hours: [12, 24]}]}",
        "several entries cover 1 of 24 steps, in hours 12-13",
    ),
    ("energy={time_of_use: [{per_mwh: 9}, {per_mwh: 8}]}", "has several entries without months, days and hours"),
    (
        "energy={time_of_use: [{per_mwh: 9, hours: [8, 25]}]}",
        "holds 25, which is no hour of the day; hours are [from, to]",
    ),
    ("energy={time_of_use: [{per_mwh: 9, hours: [8, 9, 10]}]}", "which is not a pair; hours are [from, to]"),
    ("energy={time_of_use: [{per_mwh: 9, hours: [8, 8]}]}", "holds no hour; leave hours out for all of them"),
    ("energy={time_of_use: [{per_mwh: 9, hours: morning}]}", "is 'morning'; hours are [from, to]"),
    ("energy={time_of_use: [{per_mwh: 9, months: [0]}]}", "months are numbers from 1 to 12"),
    ("energy={time_of_use: [{per_mwh: 9, days: sunday}]}", "is 'sunday'; one of weekday, weekend, all is wanted"),
    ("energy={time_of_use: [{hours: [0, 24]}]}", "per_mwh: is missing"),
    ("energy={index: spot, losses: -0.1}", "losses: is -0.1; a number of at least 0 is wanted"),
    ("adders_per_mwh={network: cheap}", "adders_per_mwh.network: is 'cheap'; a price of energy is one of"),
    ("adders_per_mwh=5", "is 5; charges have names"),
    (
        "demand_charges={peak: {per_kw_month: 9, ratchet_share: 1.2}}",
        "demand_charges.peak.ratchet_share: is 1.2; a number of at most 1 is wanted",
    ),
    (
        "demand_charges={peak: {per_kw_month: 9, look_back_months: 6}}",
        "look_back_months: is given, and ratchet_share is 0; give the share",
    ),
    (
        "demand_charges={peak: {per_kw_month: 9, ratchet_share: 0.5, look_back_months: 13}}",
        "look_back_months: is 13; a number of at most 12",
    ),
    ("demand_charges={peak: {ratchet_share: 0.5}}", "demand_charges.peak.per_kw_month: is missing"),
    ("contract_capacity={mw: 50, minimum_billing_share: 0.8}", "is given, and no demand charge bills a share of it"),
    ("coincident_peak={per_kw_year: 9}", "says neither at nor flags; name the steps in one way"),
    ("coincident_peak={per_kw_year: 9, flags: 0}", "flags: is 0 in every step of the case"),
    (
        "coincident_peak={per_kw_year: 9, at: ['2018-01-03 18:00']}",
        "is 2018-01-03 18:00, which is not in the time of the case; mend it",
    ),
    ("coincident_peak={per_kw_year: 9, at: [noon]}", "is 'noon'; a date such as 2018-01-01 or a local time"),
    ("subscribed={mw: 9, charge_per_mw_year: 9}", "subscribed.excess_penalty_per_mwh: is missing"),
    ("export_limit_mw=-1", "is -1; a number of at least 0 is wanted"),
)


@pytest.mark.parametrize(("setting", "told"), FAULTS, ids=[setting for setting, _ in FAULTS])
def test_a_bad_term_is_told_with_its_cure(workshop, setting, told):
    assert told in workshop.fault(f"{GRID}.{setting}")


def test_a_price_that_follows_the_market_needs_one(workshop):
    workshop.replace("case.yaml", ("    spot_price_per_mwh: {file: data/day.csv, column: price}\n", ""))
    faults = workshop.faults(
        f"{GRID}.energy={{flat_per_mwh: 50}}",
        f"{GRID}.adders_per_mwh={{network: {{index: spot}}}}",
        "surplus.price=null",
    )
    (fault,) = faults
    assert fault.endswith(
        ": sites.berlin.grid.adders_per_mwh.network.index: the price follows the spot price of the zone, "
        "and the zone DE gives none; add zones.DE.spot_price_per_mwh"
    )
