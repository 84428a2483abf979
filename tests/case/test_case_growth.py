"""Growth in the case file: its years, what they may change, when an offer may be signed and for how long it stays."""

from __future__ import annotations

import pytest

from carbonmatch.case import check_case, load_case, load_growth
from carbonmatch.errors import InputError

GROWTH = """\
growth:
  discount_rate: 0.07
  years:
    2026: {}
    2027:
      set:
        sites.berlin.load: {flat_mw: 50}
        contracts.pv.strike_per_mwh: 44
"""


@pytest.fixture
def grown(workshop):
    """Return a function that gives the case a block of growth."""
    text = (workshop.folder / "case.yaml").read_text()

    def write(block):
        return workshop.write("case.yaml", text + block)

    write(GROWTH)
    return write


def faults_of(read, workshop):
    with pytest.raises(InputError) as caught:
        read(workshop.folder / "case.yaml")
    return [str(fault).replace(f"{workshop.folder}/", "") for fault in caught.value.faults]


def only_fault(workshop, read=load_growth):
    (fault,) = faults_of(read, workshop)
    return fault


def test_the_years_are_read_with_what_was_signed_before(grown, workshop):
    written, first, second = load_growth(workshop.folder / "case.yaml")
    assert written.provenance.growth_year is None
    assert [case.provenance.growth_year for case in (first, second)] == ["2026", "2027"]
    assert "pv-2026" in first.contracts
    assert "pv-2027" not in first.contracts
    assert second.contracts["pv-2027"].strike_per_mwh == 44
    assert second.contracts["pv-2026"].strike_per_mwh == written.contracts["pv"].strike_per_mwh
    assert second.sites["berlin"].load_mw.max() == 50
    assert [v.name for v in second.provenance.vintages] == ["pv-2026", "pv-2027"]
    assert second.provenance.assumption("contracts.pv-2027.strike_per_mwh").source.endswith("year 2027")


def test_a_year_by_itself_has_the_offers_of_that_year(grown, workshop):
    case = load_case(workshop.folder / "case.yaml", growth_year="2027", purpose="solve")
    assert not case.provenance.vintages
    assert case.contracts["pv"].strike_per_mwh == 44


def test_the_same_terms_in_all_years_are_one_contract(grown, workshop):
    for case in load_growth(workshop.folder / "case.yaml", settings=["contracts.pv.strike_per_mwh=50"])[1:]:
        assert "pv" in case.contracts
        assert not case.provenance.vintages


def test_what_is_signed_for_a_year_is_one_contract(grown, workshop):
    grown(GROWTH + "  contracts: {pv: {tenor_years: 1}}\n")
    _, first, second = load_growth(workshop.folder / "case.yaml")
    assert [case.contracts["pv"].strike_per_mwh for case in (first, second)] == [
        first.contracts["pv"].strike_per_mwh,
        44,
    ]


def test_settings_hold_in_all_years_and_change_the_plan_itself(grown, workshop):
    cases = load_growth(
        workshop.folder / "case.yaml", settings=["sites.berlin.load={flat_mw: 70}", "growth.discount_rate=0.02"]
    )
    assert [case.sites["berlin"].load_mw.max() for case in cases[1:]] == [70, 70]
    assert cases[0].growth.discount_rate == 0.02
    with pytest.raises(InputError, match="has no growth to plan; name its years under growth, or solve it as it is"):
        load_growth(workshop.folder / "case.yaml", settings=["growth=null"])


def test_one_of_several_years_is_wanted_elsewhere(grown, workshop):
    def to_solve(path):
        return load_case(path, purpose="solve")

    told = only_fault(workshop, to_solve)
    assert "growth: names the years 2026, 2027, and one is wanted here" in told
    assert "--set growth=null, or one of them where there is --year" in told
    assert check_case(workshop.folder / "case.yaml").name


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("  years: {2026: {}}", "growth.discount_rate: is missing; later costs count less by it"),
        ("  discount_rate: 7\n  years: {2026: {}}", "discount_rate: is 7; a number below 1 is wanted"),
        ("  discount_rate: 0.07\n  years: {}", "growth.years: is empty; name at least one year, such as 2026: {}"),
        ("  discount_rate: 0.07\n  years: {2027: {}, 2026: {}}", "years: are not in order (2027, 2026)"),
        (
            "  discount_rate: 0.07\n  years: {first: {}}",
            "is 'first'; the years of growth are calendar years, such as",
        ),
        ("  discount_rate: 0.07\n  years: {2026: {}, 2028: {}}\n  through: 2027", "before the last of the years, 2028"),
        (
            "  discount_rate: 0.07\n  years: {2026: {}}\n  contracts: {pw: {}}",
            "growth.contracts.pw: is not in contracts of the case (it has pv)",
        ),
        (
            "  discount_rate: 0.07\n  years: {2026: {}}\n  contracts: {pv: {signed: [2026, 2030]}}",
            "growth.contracts.pv.signed: has 2030, and the years of the plan are 2026; nothing can be signed in an",
        ),
        (
            "  discount_rate: 0.07\n  years: {2026: {}}\n  contracts: {pv: {signed: []}}",
            "growth.contracts.pv.signed: is empty; name the years in which it may be signed",
        ),
        (
            "  discount_rate: 0.07\n  years: {2026: {}}\n  contracts: {pv: {tenor_years: 0}}",
            "growth.contracts.pv.tenor_years: is 0; a number of at least 1 is wanted",
        ),
        (
            "  discount_rate: 0.07\n  years: {2026: {}, 2029: {}}\n  contracts: {pv: {tenor_years: 2}}",
            "tenor_years: is 2, and what is signed in 2026 then ends with 2027, within the years that 2026 stands for; "
            "name 2028 under growth.years",
        ),
        (
            "  discount_rate: 0.07\n  years: {2026: {}}\n  contracts: {pv: {end: 2030}}",
            "growth.contracts.pv.end: is for an existing contract; of an offer say in which years it may be signed",
        ),
        (
            "  discount_rate: 0.07\n  years: {2026: {set: {contracts.pv.technology: onshore_wind}}}",
            "set.contracts.pv.technology: is decided once, for all years of growth",
        ),
        (
            "  discount_rate: 0.07\n  years: {2026: {set: {contracts.pw.strike_per_mwh: 3}}}",
            "'pw' is not in contracts (it has pv)",
        ),
        (
            "  discount_rate: 0.07\n  years: {2026: {set: {contracts.pv.existing_mw: 3}}}",
            "existing_mw: makes an existing contract of an offer, and it is one or the other in all years",
        ),
        ("  discount_rate: 0.07\n  years: {2026: {set: {time.start: 2018-01-01}}}", "time.start: is decided once"),
        (
            "  discount_rate: 0.07\n  years: {2026: {}}\nweather_years: {windy: {}}",
            "growth: is given beside weather_years; a plan takes one weather for all years",
        ),
    ],
)
def test_what_cannot_be_is_told_with_its_cure(grown, workshop, block, said):
    grown(f"growth:\n{block}\n")
    assert said in "\n".join(faults_of(load_growth, workshop))


def test_whole_sizes_are_refused_by_name(grown, workshop):
    faults = faults_of(lambda path: load_growth(path, settings=["contracts.pv.lot_mw=5"]), workshop)
    assert "contracts.pv.lot_mw makes its size a whole-number decision" in faults[0]
    assert "round the sizes of one year with --year" in faults[0]


def test_an_existing_contract_is_not_signed(grown, workshop):
    grown(GROWTH + "  contracts: {pv: {tenor_years: 3, end: 2031}}\n")
    settings = ["contracts.pv.existing_mw=10", "contracts.pv.max_mw=null", "contracts.pv.min_mw=0"]
    (fault,) = faults_of(lambda path: load_growth(path, settings=settings), workshop)
    assert "growth.contracts.pv.tenor_years: is for an offer, and this contract exists already" in fault


def test_a_value_at_fault_in_one_year_is_told_once_by_the_name_of_the_case(grown, workshop):
    grown(GROWTH.replace("44", "dear"))
    faults = faults_of(load_growth, workshop)
    assert len(faults) == 1
    assert "(year 2027): contracts.pv.strike_per_mwh: is 'dear'; a number is wanted" in faults[0]
    assert faults_of(check_case, workshop) == faults


def test_a_name_of_a_vintage_that_is_taken_is_told(grown, workshop):
    text = (workshop.folder / "case.yaml").read_text()
    pv = text[text.index("  pv:") :].split("\n  ", 1)[0]
    assert pv
    settings = [
        "contracts.pv-2026={technology: solar, zone: DE, structure: pay_as_produced, strike_per_mwh: 1, "
        "capacity_factor: 0.5, max_mw: 1}"
    ]
    faults = faults_of(lambda path: load_growth(path, settings=settings), workshop)
    assert any("is the name of what is signed of pv in 2026; give this entry another one" in fault for fault in faults)
