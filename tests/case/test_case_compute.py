"""Compute as a user writes it: what it becomes, and what is wrong with bad figures."""

from __future__ import annotations

import numpy as np
import pytest

from carbonmatch.accounting import facts_from_case

COMPUTE = "sites.berlin.compute"
FLEET = "sites.berlin.load={ai_factory: {nameplate_mw: 50, classes: {training: {share: 0.4}, inference: {share: 0.6}}}}"


def stated(workshop, written, *settings):
    (site,) = facts_from_case(workshop.load(f"{COMPUTE}={written}", *settings)).sites
    return site.compute


def test_nothing_is_stated_unless_the_case_does(workshop):
    (site,) = facts_from_case(workshop.load()).sites
    assert site.compute is None


def test_the_whole_load_makes_tokens_unless_told_otherwise(workshop):
    compute = stated(workshop, "{tokens_per_mwh: 2.5e9, it_mw: 80, cost_per_year: 2.1e9}")
    assert (compute.tokens_per_mwh, compute.it_mw, compute.cost_per_year) == (2.5e9, 80.0, 2.1e9)
    assert (compute.of, compute.of_it) == ("", False)
    assert set(compute.load_share) == set(compute.counted_share) == {1.0}


def test_a_class_has_its_share_of_every_step(workshop):
    case = workshop.load(f"{COMPUTE}={{tokens_per_mwh: 2.5e9, of: inference}}", FLEET)
    (site,) = facts_from_case(case).sites
    load = case.sites["berlin"].load
    np.testing.assert_allclose(site.compute.load_share * load.total_mw, load.classes_mw["inference"])
    assert set(site.compute.counted_share) == {1.0}


def test_tokens_of_the_machines_leave_out_cooling_and_losses(workshop):
    case = workshop.load(f"{COMPUTE}={{tokens_per_it_mwh: 2.5e9, of: inference}}", FLEET)
    (site,) = facts_from_case(case).sites
    load = case.sites["berlin"].load
    counted = site.compute.counted_share * site.compute.load_share * load.total_mw
    np.testing.assert_allclose(counted, load.it_mw["inference"])
    whole = stated(workshop, "{tokens_per_it_mwh: 2.5e9}", FLEET)
    np.testing.assert_allclose(whole.counted_share, 1.0 / load.pue)


def test_it_is_that_of_the_fleet_unless_it_is_stated(workshop):
    load = workshop.load(FLEET).sites["berlin"].load
    assert stated(workshop, "{tokens_per_mwh: 1e9}", FLEET).it_mw == pytest.approx(float(load.nameplate_mw.max()))
    assert stated(workshop, "{tokens_per_mwh: 1e9, it_mw: 44}", FLEET).it_mw == 44.0


def test_what_an_entry_changes_is_shared_by_the_classes_it_may_change(workshop):
    # Training is fixed: what an entry without a class changes is inference alone, for overhead is fixed too.
    entries = (
        "sites.berlin.flexible={any: {share: 0.1}, train: {share: 0.1, of: training}}",
        "sites.berlin.curtailable={peak: {share: 0.1, of: inference, price_per_mwh: 9}}",
    )
    compute = stated(workshop, "{tokens_per_mwh: 1e9, of: inference}", FLEET, *entries)
    np.testing.assert_allclose(compute.moved_share["any"], 1.0)
    assert set(compute.moved_share["train"]) == {0.0}
    assert set(compute.given_up_share["peak"]) == {1.0}
    fixed = stated(workshop, "{tokens_per_mwh: 1e9, of: training}", FLEET, *entries)
    assert set(fixed.moved_share["any"]) == {0.0}
    whole = stated(workshop, "{tokens_per_mwh: 1e9}", FLEET, *entries)
    assert set(whole.moved_share["train"]) == {1.0}


@pytest.mark.parametrize(
    ("written", "key", "told"),
    [
        ("{tokens_per_mwh: 0, it_mw: 8}", ".tokens_per_mwh", "is 0; a number above 0 is wanted"),
        ("{tokens_per_it_mwh: -1, it_mw: 8}", ".tokens_per_it_mwh", "is -1; a number above 0 is wanted"),
        ("{tokens_per_mwh: many, it_mw: 8}", ".tokens_per_mwh", "is 'many'; a number is wanted"),
        ("{tokens_per_mwh: 1, it_mw: 0}", ".it_mw", "is 0; a number above 0 is wanted"),
        ("{tokens_per_mwh: 1, it_mw: 8, cost_per_year: -3}", ".cost_per_year", "is -3; a number above 0 is wanted"),
        ("{tokens_per_mwh: 1, it_mw: 8, of: 3}", ".of", "is 3; text is wanted"),
        ("{tokens_per_mwh: 1, it_mw: 8, cost: 3}", ".cost", "is not a known key"),
        (
            "{it_mw: 8}",
            ".tokens_per_mwh",
            "is missing, and so is tokens_per_it_mwh; give the tokens that your models make of a MWh, such as 2.5e9",
        ),
        (
            "{tokens_per_mwh: 1, tokens_per_it_mwh: 1, it_mw: 8}",
            ".tokens_per_it_mwh",
            "is given beside tokens_per_mwh; give one of them",
        ),
        (
            "{tokens_per_mwh: 1}",
            ".it_mw",
            "is missing, and the load is not built from a fleet that would tell it; give the MW that the machines may "
            "draw, such as 80",
        ),
        (
            "{tokens_per_mwh: 1, it_mw: 8, of: inference}",
            ".of",
            "is 'inference', which is no class of the load; this load has no classes: leave `of` out, or build the "
            "load with load: {ai_factory: ...}",
        ),
        (
            "{tokens_per_it_mwh: 1, it_mw: 8}",
            ".tokens_per_it_mwh",
            "needs to know what of the load reaches the machines, which load: {ai_factory: ...} knows; give "
            "tokens_per_mwh instead: tokens per MWh of IT divided by the mean PUE",
        ),
    ],
)
def test_a_bad_figure_is_told_with_its_cure(workshop, written, key, told):
    workshop.replace("case.yaml", ("    grid:\n", f"    compute: {written}\n    grid:\n"))
    fault = workshop.fault()
    assert f"{COMPUTE}{key}" in fault
    assert told in fault


def test_a_class_that_is_not_known_is_answered_with_the_nearest(workshop):
    fault = workshop.fault(f"{COMPUTE}={{tokens_per_mwh: 1e9, of: inferenz}}", FLEET)
    assert "is 'inferenz', which is no class of the load; did you mean 'inference'?; classes of this load: " in fault


def test_several_faults_are_told_at_once(workshop):
    faults = workshop.faults(f"{COMPUTE}={{tokens_per_it_mwh: 1e9, of: inference}}")
    assert len(faults) == 3
