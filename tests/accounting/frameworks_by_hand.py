"""Facts written down by hand for the problems of `by_hand`, and the statements of frameworks that follow."""

from __future__ import annotations

from datetime import date

import numpy as np
from by_hand import a_contract, a_problem, a_solution, a_zone, steps

from carbonmatch.accounting import build_ledger, flows_of
from carbonmatch.accounting.frameworks import framework_statements
from carbonmatch.accounting.scope2 import scope2_summary
from carbonmatch.records import Factor, Facts, Instrument, SiteFacts, StorageFacts, ZoneFacts

NOT_RENEWABLE = {"nuclear", "clean_firm"}
LAST_DAY = date(2018, 2, 1)
"""Of problems by hand of three hours and more: they start on 2018-01-31 at 22:00 UTC."""


def a_factor(values, **changes):
    """Return a factor, hourly unless told otherwise."""
    known = {"source": "by hand", "vintage": "2018", "granularity": "hourly", **changes}
    return Factor(np.array(values, dtype=float), **known)


def facts_of(problem, *, residual=None, commissioned=None, factors=None, certificates=True, supplier=None):
    """Return the facts of a problem.

    commissioned   date by contract;  factors   g/kWh by contract, 0 unless given;  supplier   g/kWh of every site
    """
    count = problem.time.steps

    def flat(value):
        return None if value is None else a_factor(np.full(count, float(value)), granularity="annual")

    return Facts(
        zones=tuple(
            ZoneFacts(
                name=zone.name,
                average=None if zone.carbon_intensity_g_per_kwh is None else a_factor(zone.carbon_intensity_g_per_kwh),
                residual_mix=flat(residual),
                fossil_mix=None,
                marginal=None,
                standard_supply=None,
                standard_supply_share=None,
            )
            for zone in problem.zones
        ),
        sites=tuple(SiteFacts(s.name, s.zone, s.load_mwh, "meter", flat(supplier)) for s in problem.sites),
        instruments=tuple(
            Instrument(
                name=c.name,
                zone=c.zone,
                technology=c.technology,
                structure=c.structure,
                renewable=c.technology not in NOT_RENEWABLE,
                carbon_free=True,
                commissioned=(commissioned or {}).get(c.name),
                factor=flat((factors or {}).get(c.name, 0.0)),
                certificates=certificates,
                embodied=None,
            )
            for c in problem.contracts
        ),
        storage=tuple(StorageFacts(b.name, b.zone, "fifo", 0.81, None, 15.0) for b in problem.storage),
    )


def accounts_of(problem, solution, facts=None):
    """Return (ledger, scope2, statements of the frameworks by key)."""
    facts = facts or facts_of(problem)
    ledger = build_ledger(problem, flows_of(solution), facts)
    scope2 = scope2_summary(facts, ledger)
    told = framework_statements(problem, ledger, facts, scope2)
    return ledger, scope2, {statement["framework"]: statement for statement in told}


def field(statement, identifier, zone="", instrument=""):
    """Return the one field of a statement with this identifier, zone and contract."""
    found = [f for f in statement["fields"] if (f["id"], f["zone"], f["instrument"]) == (identifier, zone, instrument)]
    assert len(found) == 1, f"{len(found)} fields {identifier} {zone} {instrument}"
    return found[0]


def value(statement, identifier, zone="", instrument=""):
    """Return its value."""
    return field(statement, identifier, zone, instrument)["value"]


def statements_of(load, generation, *, technology=None, structure=None, zone=None, **facts):
    """Return the statements of one zone Z, by key.

    generation   MWh per step by contract;  technology, structure   by contract, solar and pay-as-produced unless given
    """
    contracts = [
        a_contract(
            name,
            np.ones(len(load)),
            technology=(technology or {}).get(name, "solar"),
            structure=(structure or {}).get(name, "pay_as_produced"),
        )
        for name in generation
    ]
    problem = a_problem((a_zone("Z", steps(*load), **(zone or {})),), contracts)
    solution = a_solution(problem, [steps(*mwh) for mwh in generation.values()])
    return accounts_of(problem, solution, facts_of(problem, **facts))[2]


def two_zones(**facts):
    """Return the statements of two zones of three hours.

    A: load 10 each, sun 20 in every hour: matched 30 of 30, 30 in excess
    B: load 30 each, wind 6 in every hour: matched 18 of 90
    """
    problem = a_problem(
        (
            a_zone("A", steps(10, 10, 10), grid_cfe_share=steps(0.5, 0.5, 0.5)),
            a_zone("B", steps(30, 30, 30), grid_cfe_share=steps(0.25, 0.25, 0.25)),
        ),
        (
            a_contract("sun", np.ones(3)),
            a_contract("wind", np.ones(3), zone=1, technology="onshore_wind"),
        ),
    )
    solution = a_solution(problem, [steps(20, 20, 20), steps(6, 6, 6)])
    return accounts_of(problem, solution, facts_of(problem, **facts))[2]
