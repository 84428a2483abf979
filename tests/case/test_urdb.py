"""Tariffs in the format of the Utility Rate Database: what they bill, and what is refused."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
from small_cases import merged

from carbonmatch.case import case_from_mapping
from carbonmatch.errors import InputError
from carbonmatch.formulation import problem_from_case

DAY = [0] * 8 + [1] * 12 + [0] * 4  # period 1 from 8 to 20
NIGHT = [0] * 24
RATE = {
    "label": "made-up",
    "name": "Large general service",
    "energyratestructure": [[{"rate": 0.05, "unit": "kWh"}], [{"rate": 0.11, "adj": 0.01, "unit": "kWh"}]],
    "energyweekdayschedule": [NIGHT] * 5 + [DAY] * 4 + [NIGHT] * 3,  # dear by day from June to September
    "energyweekendschedule": [NIGHT] * 12,
    "demandratestructure": [[{"rate": 0.0}], [{"rate": 6.5, "adj": 0.5}]],
    "demandweekdayschedule": [NIGHT] * 5 + [DAY] * 4 + [NIGHT] * 3,
    "demandweekendschedule": [NIGHT] * 12,
    "demandrateunit": "kW",
    "flatdemandstructure": [[{"rate": 2.0}], [{"rate": 3.0}]],
    "flatdemandmonths": [0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0],
    "flatdemandunit": "kW",
    "fixedchargefirstmeter": 10.0,
    "fixedchargeunits": "$/day",
    "demandratchetpercentage": [0.0] * 12,
}
CASE = {
    "name": "works",
    "currency": "USD",
    "time": {"start": "2018-06-01", "end": "2018-07-01", "timezone": "America/Chicago"},
    "zones": {"Z": {}},
    "sites": {"s": {"zone": "Z", "load": {"flat_mw": 10}, "grid": {"tariff": {"urdb": "rate.json"}}}},
    "target": {"matching": "none"},
}


def read(tmp_path, rate=RATE, changes=None):
    (tmp_path / "rate.json").write_text(json.dumps(rate))
    return case_from_mapping(merged(CASE, changes or {}), tmp_path)


def faults(tmp_path, rate=RATE, changes=None):
    with pytest.raises(InputError) as caught:
        read(tmp_path, rate, changes)
    return [str(fault) for fault in caught.value.faults]


def changed(**fields):
    return {**copy.deepcopy(RATE), **fields}


def test_energy_is_priced_by_the_schedule(tmp_path):
    case = read(tmp_path)
    (site,) = problem_from_case(case).sites
    local = case.grid.local_index
    by_day = (local.day_of_week < 5) & (local.hour >= 8) & (local.hour < 20)
    np.testing.assert_allclose(site.retail_price_per_mwh, np.where(by_day, 120.0, 50.0))


def test_demand_and_fixed_charges_of_june(tmp_path):
    # flat: 3 per kW; on weekdays by day: 7 per kW; 10 a day are 10 * 365 / 12 a month
    tariff = problem_from_case(read(tmp_path)).sites[0].tariff
    amounts = {charge.name: charge.amount_per_mw.tolist() for charge in tariff.demand_charges}
    assert amounts == {"flat-0": [0.0], "flat-1": [3000.0], "period-1": [7000.0]}
    by_name = {charge.name: charge.counts for charge in tariff.demand_charges}
    assert by_name["flat-1"].all()
    assert by_name["period-1"].sum() == 21 * 12  # June 2018 has 21 weekdays
    assert tariff.fixed_charge == pytest.approx(3650 / 12)


def test_it_is_the_same_as_the_tariff_written_out(tmp_path):
    grid = {
        "tariff": ...,
        "energy": {"time_of_use": [{"per_mwh": 120, "days": "weekday", "hours": [8, 20]}, {"per_mwh": 50}]},
        "demand_charges": {
            "flat-0": {"per_kw_month": 2, "months": [1]},
            "flat-1": {"per_kw_month": 3},
            "period-1": {"per_kw_month": 7, "days": "weekday", "hours": [8, 20]},
        },
        "fixed_charge_per_month": 3650 / 12,
    }
    written = problem_from_case(case_from_mapping(merged(CASE, {"sites": {"s": {"grid": grid}}}), tmp_path)).sites[0]
    (found,) = problem_from_case(read(tmp_path)).sites
    np.testing.assert_allclose(found.retail_price_per_mwh, written.retail_price_per_mwh)
    assert found.tariff.fixed_charge == pytest.approx(written.tariff.fixed_charge)
    for mine, theirs in zip(found.tariff.demand_charges, written.tariff.demand_charges, strict=True):
        np.testing.assert_allclose(mine.amount_per_mw, theirs.amount_per_mw)
        np.testing.assert_array_equal(mine.counts, theirs.counts)


def test_the_file_is_recorded_like_a_table(tmp_path):
    (record,) = read(tmp_path).provenance.tables
    assert (record.path, record.format) == ("rate.json", "json")
    assert len(record.sha256) == 64


def test_the_one_of_several_rates_is_named_by_its_label(tmp_path):
    other = changed(label="other", energyratestructure=[[{"rate": 0.2}], [{"rate": 0.2}]])
    several = {"items": [RATE, other]}
    (told,) = faults(tmp_path, several)
    assert told.startswith("sites.s.grid.tariff.urdb: rate.json holds 2 rates; one is wanted: name its label")
    case = read(tmp_path, several, {"sites": {"s": {"grid": {"tariff": {"label": "other"}}}}})
    assert set(problem_from_case(case).sites[0].retail_price_per_mwh) == {200.0}


@pytest.mark.parametrize(
    ("rate", "named", "cure"),
    [
        (
            changed(energyratestructure=[[{"rate": 0.05, "max": 100}, {"rate": 0.04}], [{"rate": 0.1}]]),
            "period 0 has tiers at 0.05, 0.04",
            "the tier that your load is in",
        ),
        (
            changed(energyratestructure=[[{"rate": 0.05, "sell": 0.03}], [{"rate": 0.1}]]),
            "pays for what is fed in",
            "grid.export_price",
        ),
        (changed(energyratestructure=[]), "has no energyratestructure", "what energy costs"),
        (
            changed(energyratestructure=[[{"rate": "x"}], [{"rate": 0.1}]]),
            "period 0 holds a block",
            "a rate is a number",
        ),
        (
            changed(energyweekdayschedule=[NIGHT] * 11),
            "energyweekdayschedule is no table of 12 months x 24 hours",
            "get the file anew",
        ),
        (changed(energyweekendschedule=[[7] * 24] * 12), "names the period 7, and there are 2", "counted from 0"),
        (
            changed(demandweekendschedule=[[1] * 24] * 12),
            "period 1 of demandratestructure has other hours at weekends",
            "as a key of grid",
        ),
        (changed(demandrateunit="kVA"), "demandrateunit is 'kVA'", "billed per kW"),
        (changed(demandratchetpercentage=[0.8] * 12), "gives demandratchetpercentage", "as keys of grid"),
        (changed(minmonthlycharge=500), "gives minmonthlycharge", "as keys of grid"),
        (changed(fixedchargeunits="$/week"), "fixedchargeunits is '$/week'", "$/month"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_cure(tmp_path, rate, named, cure):
    told = " ".join(faults(tmp_path, rate))
    assert named in told
    assert cure in told


def test_a_file_that_is_no_json_or_not_there(tmp_path):
    (tmp_path / "rate.json").write_text("<html>")
    with pytest.raises(InputError, match=r"rate\.json is no JSON"):
        case_from_mapping(CASE, tmp_path)
    (tmp_path / "rate.json").unlink()
    with pytest.raises(InputError, match=r"rate\.json does not exist"):
        case_from_mapping(CASE, tmp_path)


def test_what_the_file_says_is_not_said_twice(tmp_path):
    (told,) = faults(tmp_path, changes={"sites": {"s": {"grid": {"energy": {"flat_per_mwh": 80}}}}})
    assert told == "sites.s.grid.tariff: says energy too, given beside it; leave one of them out"
