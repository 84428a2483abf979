"""Scenarios and `--set`."""

from __future__ import annotations

import pytest

from carbonmatch.case import Override, check_case, load_case
from carbonmatch.errors import InputError

SCENARIOS = """\
scenarios:
  strict:
    target.cfe: 0.98
    contracts.wind:
      technology: onshore_wind
      zone: DE
      structure: pay_as_produced
      strike_per_mwh: 60
      capacity_factor: 0.3
  plain: {target.matching: none, storage: {}}
  broken:
    target.cfe: 98
    contracts.wind: {technology: onshore_wind, zone: DE, strike_per_mwh: 50}
    surplus: {max_share: -1}
"""


@pytest.fixture
def scenarios(workshop):
    workshop.write("case.yaml", (workshop.folder / "case.yaml").read_text() + SCENARIOS)
    return workshop


def test_a_scenario_changes_values_and_adds_entries(scenarios):
    case = scenarios.load(scenario="strict")
    assert case.target.cfe == 0.98
    assert list(case.contracts) == ["pv", "wind"]
    assert case.provenance.scenario == "strict"
    assert [override.key for override in case.provenance.overrides] == ["target.cfe", "contracts.wind"]
    assert case.provenance.overrides[0] == Override("target.cfe", 0.98, "scenario strict")
    assert sorted(case.scenarios) == ["broken", "plain", "strict"]
    assert scenarios.load().target.cfe == 0.9
    assert scenarios.load(scenario="plain").storage == {}


def test_settings_come_after_the_scenario(scenarios):
    case = scenarios.load("target.cfe=0.5", "target.cfe=0.6", "contracts.wind.max_mw=7", scenario="strict")
    assert case.target.cfe == 0.6
    assert case.contracts["wind"].max_mw == 7
    assert [override.origin for override in case.provenance.overrides] == ["scenario strict"] * 2 + ["--set"] * 3
    assert case.scenarios["strict"]["contracts.wind"].get("max_mw") is None  # the scenario itself stays as it was


def test_faults_of_a_scenario_name_its_lines(scenarios):
    assert scenarios.faults(scenario="broken") == [
        "case.yaml, line 44 (scenario broken): target.cfe: is 98; a number of at most 1 is wanted. "
        "A share is written as a fraction: 0.98 for 98 %",
        "case.yaml, line 45 (scenario broken): contracts.wind.structure: is missing; "
        "a contract is one of pay_as_produced, virtual, clean_firm, baseload, shaped, pay_as_consumed, retail_supply, "
        "hourly_certificates, yearly_certificates",
        "case.yaml, line 46 (scenario broken): surplus.max_share: is -1; a number of at least 0 is wanted",
    ]


def test_an_unknown_scenario(scenarios, workshop):
    fault = scenarios.fault(scenario="strikt")
    assert fault == (
        "case.yaml, line 33: scenarios: there is no scenario 'strikt'; did you mean 'strict'? "
        "(the case has strict, plain, broken)"
    )


def test_a_scenario_of_a_case_without_scenarios(workshop):
    assert workshop.fault(scenario="x") == "case.yaml: scenarios: there is no scenario 'x' (the case has none)"


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("scenarios: [a]", "case.yaml, line 33: scenarios: is a list; a block of keys is wanted"),
        ("scenarios: {a: 5}", "case.yaml, line 33: scenarios.a: is 5; a block of keys is wanted"),
        (
            "scenarios: {a: {targt.cfe: 1}}",
            "scenarios.a.targt.cfe: 'targt' is not a key of a case; did you mean 'target'?",
        ),
        ("scenarios: {a: {target..cfe: 1}}", "'target..cfe' is not a key; keys are joined by single dots"),
        ("scenarios: {a: {scenarios.b.c: 1}}", "a scenario cannot be changed by a scenario or by --set"),
    ],
)
def test_the_block_of_scenarios_is_checked_even_if_unused(workshop, block, words):
    workshop.write("case.yaml", (workshop.folder / "case.yaml").read_text() + block)
    for scenario in (None, "a"):
        faults = workshop.faults(scenario=scenario)
        assert any(words in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("target.cfe", "--set target.cfe: is not of the form key=value, such as target.cfe=0.95"),
        ("=0.95", "--set =0.95: is not of the form key=value"),
        ("target..cfe=1", "'target..cfe' is not a key; keys are joined by single dots, such as target.cfe"),
        (".cfe=1", "'.cfe' is not a key"),
        ("target.cfe={", "'{' is not a YAML value; put text with signs in quotes"),
        ("targets.cfe=1", "'targets' is not a key of a case; did you mean 'target'?"),
        (
            "cfe=1",
            "'cfe' is not a key of a case (keys: name, description, currency, time, zones, sites, contracts, storage",
        ),
        ("scenarios.a.b=1", "a scenario cannot be changed by a scenario or by --set"),
        ("contracts.pv.max_mw.x=1", "contracts.pv.max_mw is not a block, so nothing can be set below it"),
    ],
)
def test_faults_of_settings(workshop, setting, words):
    assert words in workshop.fault(setting)


def test_spaces_and_equal_signs(workshop):
    case = workshop.load("description = a = b", "target.cfe= 0.7")
    assert case.description == "a = b"
    assert case.target.cfe == 0.7


def test_a_case_from_python_takes_both(python_case, python_faults):
    changes = {"scenarios": {"half": {"target.cfe": 0.5}}}
    case = python_case(changes, scenario="half", settings=["contracts.C.max_mw=3"])
    assert (case.target.cfe, case.contracts["C"].max_mw) == (0.5, 3)
    assert case.provenance.path is None
    (fault,) = python_faults({"scenarios": {"half": {"target.cfe": 5}}}, scenario="half")
    assert fault.startswith("(scenario half): target.cfe: is 5")


def test_checking_a_case_checks_all_of_its_scenarios(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(
        "name: two-hours\ncurrency: EUR\ntime: {start: 2018-01-01T00:00, end: 2018-01-01T02:00}\n"
        "zones: {Z: {spot_price_per_mwh: 40}}\n"
        "sites: {s: {zone: Z, load: {flat_mw: 10}, grid: {energy: {flat_per_mwh: 60}}}}\n"
        "target: {matching: none}\n"
        "scenarios:\n"
        "  good: {sites.s.load.flat_mw: 20}\n"
        "  typo: {sites.s.load.flat_mv: 20}\n"
        "  wrong: {target.matching: hourly, target.cfe: 2}\n"
    )
    assert load_case(path).scenarios.keys() == {"good", "typo", "wrong"}
    with pytest.raises(InputError) as caught:
        check_case(path)
    told = [str(fault) for fault in caught.value.faults]
    assert len(told) == 2
    assert "line 9 (scenario typo): sites.s.load.flat_mv: is not a known key; did you mean 'flat_mw'?" in told[0]
    assert "line 10 (scenario wrong): target.cfe: is 2" in told[1]
    assert check_case(path, scenario="good").provenance.scenario == "good"
