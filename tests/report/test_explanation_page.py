"""The page on an explanation says in words and cells what the document says in numbers."""

from __future__ import annotations

import copy

import pytest
from studies.explained_day import BATTERY, FIRM_OFFER, OTHER_WIND, WIND_OFFER, day, explained

from carbonmatch.report import explanation_page
from carbonmatch.report.overview.explanation.limits import limit_words
from carbonmatch.report.overview.explanation.weeks import weeks_text

OTHER = {**WIND_OFFER, "capacity_factor": OTHER_WIND, "strike_per_mwh": 300}
DEAR = {**BATTERY, "power_cost_per_mw_year": 900_000, "energy_cost_per_mwh_year": 400_000}


@pytest.fixture(scope="module")
def summary():
    """Return a day with offers taken and left out, a limit that binds, and a storage of each kind."""
    case = day(
        contracts={
            "wind": {"max_mw": 8},
            "other": OTHER,
            "virtual": {**OTHER, "structure": "virtual"},
            "firm": {**FIRM_OFFER, "strike_per_mwh": 300},
            "signed": {**WIND_OFFER, "existing_mw": 1, "strike_per_mwh": 40},
        },
        storage={"second": DEAR},
    )
    return explained(case, exit_prices=True, check_prices=True).summary


@pytest.fixture
def changed(summary):
    return copy.deepcopy(summary)


def table(content, title):
    (found,) = [one for one in explanation_page(content).tables if one.title.startswith(title)]
    return found


def fact(content, label):
    return dict(explanation_page(content).facts)[label]


def cells(found, name):
    (row,) = [row for row in found.rows if row[0] == name]
    return dict(zip([column.title for column in found.columns], row, strict=True))


def test_the_facts_say_what_the_target_costs_and_how_sure_prices_are(summary):
    (target,) = [limit for limit in summary["limits"] if limit["key"] == "target.cfe"]
    assert fact(summary, "target") == "80 % of load hour by hour"
    assert f"{target['per_mwh']:.2f} EUR/MWh for the last MWh that counts" in fact(summary, "target's price")
    assert fact(summary, "a year").startswith("amounts per year are those of the period, 0.00274 of a year")
    assert "claims are proved to be the only ones" in fact(summary, "prices")


def test_prices_stand_by_hour_and_month(summary):
    found = table(summary, "Price of carbon-free energy")
    assert found.title.endswith("[EUR/MWh]")
    assert [column.title for column in found.columns] == ["hour", "Jun", "mean"]
    assert len(found.rows) == 25
    assert found.rows[-1][0] == "mean"
    price = summary["prices"]["Z"]["attribute_value_per_mwh"][0][13]
    assert found.rows[13][1] == f"{price:.0f}".replace("-0", "0")
    assert "it is at its ceiling" in found.note


def test_contracts_taken_say_when_they_leave(summary):
    found = table(summary, "Contracts taken")
    sun, entry = cells(found, "sun"), summary["contracts"]["sun"]
    assert sun["leaves above"] == f"{entry['exit']['exit_strike_per_mwh']:.2f}"
    assert sun["saves per MWh"] == f"{entry['exit']['saved_per_mwh']:.2f}"
    wind = cells(found, "wind")
    assert wind["remark"].startswith("at its largest size")
    assert float(wind["one MW more earns"].replace(",", "")) > 0
    assert cells(found, "signed")["remark"] == "already signed"
    assert cells(found, "signed")["leaves above"] == "-"


def test_contracts_left_out_say_when_they_enter(summary):
    found = table(summary, "Contracts left out")
    other, entry = cells(found, "other"), summary["contracts"]["other"]
    assert other["enters below"] == f"{entry['entry_strike_per_mwh']:.2f}"
    assert other["too dear by"] == f"{300 - entry['entry_strike_per_mwh']:.2f}"
    # a strike so high that no fee would help
    assert cells(found, "firm")["or enters below"] == "not alone"
    assert cells(found, "other")["or enters below"] == "-"


def test_what_follows_from_prices_that_are_not_unique_is_told_as_at_most(changed):
    changed["contracts"]["virtual"]["entry_is_measured"] = False
    found = table(changed, "Contracts left out")
    assert cells(found, "virtual")["remark"] == "at most"
    assert "At it or above it the offer is out: that much is proved." in found.note
    changed["contracts"]["virtual"]["entry_is_measured"] = True
    assert "At most" not in table(changed, "Contracts left out").note


def test_storage_says_when_it_enters_and_leaves(changed):
    taken = cells(table(changed, "Storage taken"), "battery")
    assert taken["power"] == f"{changed['storage']['battery']['power_mw']:.1f}"
    assert cells(table(changed, "Storage left out"), "second")["power cost"] == "900,000"
    changed["storage"]["second"]["entry"] = {
        "power_cost_per_mw_year": None,
        "energy_cost_per_mwh_year": -3.0,
        "duration_hours": None,
    }
    left = table(changed, "Storage left out")
    assert left.rows[0][2:6] == ("at any cost", "400,000", "not alone", "-")


def test_offers_that_cannot_be_left_out_or_were_not_solved_say_why(changed):
    changed["contracts"]["sun"]["exit"] = {"indispensable": True, "why_not": None}
    changed["contracts"]["wind"]["exit"] = {"indispensable": False, "why_not": "The time limit was reached."}
    found = table(changed, "Contracts taken")
    assert cells(found, "sun")["remark"] == "indispensable: without it the target cannot be met"
    assert cells(found, "sun")["saves"] == "-"
    assert cells(found, "wind")["remark"] == "leaving: The time limit was reached."


def test_without_exit_prices_their_columns_are_left_out(changed):
    for entry in (*changed["contracts"].values(), *changed["storage"].values()):
        entry["exit"], entry["no_exit_because"] = None, "not asked for"
    titles = [column.title for column in table(changed, "Contracts taken").columns]
    assert "leaves above" not in titles
    assert "saves" not in titles


def test_limits_that_bind_are_told_in_words(summary):
    found = table(summary, "Limits that bind")
    binding = [limit for limit in summary["limits"] if limit["binds"]]
    assert [row[0] for row in found.rows] == [limit_words(limit["key"]) for limit in binding]
    assert cells(found, "largest size of wind")["one step"] == "1 MW more"
    assert cells(found, "target")["one step"] == "1 percentage point less"
    assert cells(found, "signed size of signed")["one step"] == "1 MW more"
    slack = len(summary["limits"]) - len(binding)
    assert slack > 0
    assert found.note == f"{slack} other limits do not bind: relaxing them saves nothing." or slack == 1


def test_an_exact_limit_and_one_that_costs_nothing_are_told_as_such(changed):
    (target,) = [limit for limit in changed["limits"] if limit["key"] == "target.cfe"]
    target["saved_per_step_year"] = target["per_mwh"] = target["saved_by_one_per_cent_year"] = None
    assert cells(table(changed, "Limits that bind"), "target")["saves"] == "no price at an exact limit"
    assert "no single one: every hour must be met" in fact(changed, "target's price")
    target["binds"] = False
    assert fact(changed, "target's price") == "nothing: the cheapest portfolio reaches more than is asked"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lowest_price": 30.0, "highest_price": 80.0}, "any from 30.00 to 80.00 per MWh is as good"),
        ({"lowest_price": 30.0, "highest_price": None}, "any from 30.00 per MWh upwards is as good"),
        ({"lowest_price": 30.0, "highest_price": 30.0}, "Not proved to be the only one: the price of the target"),
    ],
)
def test_a_price_that_is_not_unique_is_told_with_its_range(changed, changes, said):
    (target,) = [limit for limit in changed["limits"] if limit["key"] == "target.cfe"]
    target.update(price_is_unique=False, **changes)
    assert said in fact(changed, "prices")


def test_prices_that_are_unique_everywhere_or_were_not_looked_into_are_told_so(changed):
    changed["uniqueness"]["hours_share"]["Z"] = {"attribute": 1.0, "energy": 1.0}
    for limit in changed["limits"]:
        limit["price_is_unique"] = True
    assert fact(changed, "prices") == "proved to be the only ones that this optimum has, in every hour"
    changed["uniqueness"]["hours_share"]["Z"] = {"attribute": None, "energy": None}
    assert "whether there are others was not found out" in fact(changed, "prices")


def test_measured_prices_stand_beside_the_one_reported(changed):
    assert table(changed, "Prices measured").rows[-1][5] == "one price, to 1 %"
    (target,) = [limit for limit in changed["limits"] if limit["key"] == "target.cfe"]
    slope = {
        "step": 0.001,
        "relaxed_per_point_year": 30.0,
        "tightened_per_point_year": 80.0,
        "doubt_per_point_year": 0.0,
        "cannot_be_met": False,
        "agree": False,
    }
    target.update(measured=slope, measured_closer={**slope, "step": 0.0001}, price_is_unique=False)
    rows = table(changed, "Prices measured").rows
    assert rows[0][5] == "changes within this distance: see closer by"
    assert rows[1][5] == "not unique: the two sides differ by more than 1 %"
    target["price_is_unique"] = True
    assert table(changed, "Prices measured").rows[1][5].startswith("changes fast")
    target.update(measured={**slope, "cannot_be_met": True, "tightened_per_point_year": None}, measured_closer=None)
    assert table(changed, "Prices measured").rows[0][4:] == (
        "-",
        "tighter cannot be met: there is no price on that side",
    )
    target["measured"] = {**slope, "agree": None, "tightened_per_point_year": None}
    assert table(changed, "Prices measured").rows[0][5] == "one side alone is there"


def test_weeks_are_told_in_words(changed):
    (week,) = changed["weeks"]["Z"]
    text = weeks_text([week], changed["firm_capacity"])
    assert "The dearest, from 28 May 2018, holds 100.0 %: wind at 1.00 of its mean and sun at 1.00 of its mean" in text
    assert "sets 100.0 % of the charge for firm grid supply" in text
    dark = {**week, "rank": 2, "cost_share": 0.1, "dark_still": True, "firm_capacity_cost": 0.0}
    weeks = [{**week, "cost_share": 0.4, "dark_still": False}, *({**dark, "rank": rank} for rank in range(2, 8))]
    text = weeks_text(weeks, {"s": {"charge_per_mw_year": 0.0}})
    assert "Share of the value of clean load (price * load). The 5 dearest of 7 weeks hold 80.0 % of it" in text
    assert "and four of them are dark and still." in text
