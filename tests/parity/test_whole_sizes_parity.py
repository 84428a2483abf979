"""Lots, least sizes and variants against the matrix of `reference.py`, solved by SciPy's mixed-integer solver.

COST    Ours may stop 1e-6 of gross cost above the least cost, as it is asked to, and is certified to as much again.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from properties.random_cases import PROPERTY
from scipy.optimize import Bounds, LinearConstraint, milp
from small_cases import merged
from whole_sizes import DAY, VARIANTS

from carbonmatch.case import case_from_mapping
from carbonmatch.errors import InfeasibleError
from carbonmatch.solving import SolveOptions
from carbonmatch.study import solve_case

COST = 2e-6
GAP = 1e-6


def least_cost(case):
    """Return the least cost by the matrix of the reference with whole numbers beside it; nan where there is none."""
    model = reference.build(case, Path())
    matrix, whole, groups = model.matrix, [], {}
    offers = [(f"MW of contract {name}", "min_mw", "max_mw", offer) for name, offer in case["contracts"].items()]
    offers += [(f"MW of {name}", "min_power_mw", "max_power_mw", offer) for name, offer in case["storage"].items()]
    for size_name, least_key, most_key, offer in offers:
        size = np.array([model.sizes[size_name]])
        least, most = offer.get(least_key, 0.0), offer.get(most_key)
        if offer.get("lot_mw") is not None:
            lots = matrix.columns(1, 0.0, 1e4)
            whole += lots.tolist()
            matrix.total([(size, 1.0), (lots, -offer["lot_mw"])], 0.0, 0.0)
        if offer.get("or_nothing") or offer.get("variant_of"):
            signed = matrix.columns(1, 0.0, 1.0)
            whole += signed.tolist()
            matrix.lower[size[0]] = 0.0
            matrix.total([(size, 1.0), (signed, -most)], -math.inf, 0.0)
            matrix.total([(size, 1.0), (signed, -least)], 0.0, math.inf)
            if offer.get("variant_of"):
                groups.setdefault(offer["variant_of"], []).append(signed)
    for members in groups.values():
        matrix.total([(signed, 1.0) for signed in members], -math.inf, 1.0)
    integrality = np.zeros(len(matrix.cost))
    integrality[whole] = 1
    found = milp(
        np.array(matrix.cost),
        integrality=integrality,
        bounds=Bounds(np.array(matrix.lower), np.array(matrix.upper)),
        constraints=LinearConstraint(matrix.sparse(), np.array(matrix.row_lower), np.array(matrix.row_upper)),
        options={"mip_rel_gap": 1e-9},
    )
    if found.status == 2:
        return math.nan
    assert found.status == 0, found.message
    return float(found.fun)


def agree(case, solver="highs"):
    """Solve a case both ways, and compare cost and bound."""
    expected = least_cost(case)
    options = SolveOptions(solver=solver, whole_number_gap=GAP)
    if math.isnan(expected):
        with pytest.raises(InfeasibleError):
            solve_case(case_from_mapping(case, Path()), options)
        return None
    result = solve_case(case_from_mapping(case, Path()), options)
    gross = result.summary["cost"]["total"]
    search = result.summary["certificate"]["integer"]
    assert result.solution.objective == pytest.approx(expected, abs=COST * gross)
    assert search["bound"] <= expected + COST * gross
    assert search["gap"] <= GAP * (1 + 1e-6) + COST
    return result


@pytest.mark.parametrize("name", VARIANTS)
def test_the_cost_is_that_of_another_matrix_and_another_search(name):
    result = agree(merged(DAY, VARIANTS[name]))
    assert (result is None) == (name == "out of reach")


def test_clarabel_finds_the_same_whole_numbers():
    pytest.importorskip("clarabel")
    result = agree(merged(DAY, VARIANTS["everything"]), solver="clarabel")
    assert "clarabel" in result.summary["certificate"]["integer"]["solver"]


@st.composite
def choices(draw, most):
    """Return the keys of a whole-number decision about an offer of at most `most` MW."""
    found = {}
    least = draw(st.sampled_from([0, 3, 11]))
    if draw(st.booleans()):
        found["lot_mw"] = draw(st.sampled_from([2, 5, 6.5]))
    if draw(st.booleans()):
        found["variant_of"] = draw(st.sampled_from(["v", "w"]))
    if least and draw(st.booleans()):
        found["or_nothing"] = True
    return found, min(least, most)


@PROPERTY
@given(st.data())
def test_random_choices(data):
    changes = {"contracts": {}, "storage": {}, "target": {"cfe": data.draw(st.sampled_from([0.3, 0.7, 0.9]))}}
    for name, offer in DAY["contracts"].items():
        found, least = data.draw(choices(offer["max_mw"]))
        changes["contracts"][name] = {**found, "min_mw": least}
    found, least = data.draw(choices(50))
    changes["storage"]["battery"] = {**found, "min_power_mw": least}
    case = merged(DAY, changes)
    if not any(key in offer for offer in (*case["contracts"].values(), *case["storage"].values()) for key in CHOOSES):
        return
    agree(case)


CHOOSES = ("lot_mw", "or_nothing", "variant_of")
