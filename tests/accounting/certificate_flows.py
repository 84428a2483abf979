"""Tables of small runs written down by hand, through the ledger: what certificates are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from by_hand import a_contract, a_problem, a_storage, a_zone, facts_of, steps

from carbonmatch.accounting import build_ledger
from carbonmatch.accounting.certificates.run_flows import RunFlows
from carbonmatch.records import Flows, StorageFacts
from carbonmatch.study.frames import claims_frame, contracts_frame, links_frame, zone_frame

Hours = Sequence[float]


def given_back(charge: Hours, discharge: Hours) -> float:
    """Return discharged / charged at the meter, as the efficiency of the storage: what is not given back is lost."""
    net = steps(*charge) - steps(*discharge)
    charged, discharged = net.clip(min=0).sum(), -net.clip(max=0).sum()
    return min(1.0, discharged / charged) if charged > 0 and discharged > 0 else 1.0


def a_run(
    load: Hours,
    plants: Mapping[str, Hours],
    stores: Mapping[str, tuple[Hours, Hours]] | None = None,
    *,
    grey: Mapping[str, tuple[Hours, Hours]] | None = None,
    cyclic: bool = False,
    tracing: str = "fifo",
    without: Sequence[str] = (),
    scale: float = 1.0,
) -> RunFlows:
    """Return the tables of one zone: load and generation, (charge, discharge) of every storage; MWh, times `scale`."""
    stores, grey = stores or {}, grey or {}
    count = len(load)
    problem = a_problem(
        (a_zone("Z", steps(*load) * scale),),
        tuple(a_contract(name, steps(*own)) for name, own in plants.items()),
        tuple(a_storage(name) for name in stores),
    )
    nothing = (np.zeros(count), np.zeros(count))

    def both(table, side):
        found = [steps(*table.get(name, nothing)[side]) * scale for name in stores]
        return np.array(found).reshape(len(stores), count)

    generation = np.array([steps(*own) * scale for own in plants.values()]).reshape(len(plants), count)
    flows = Flows(
        generation_mwh=generation,
        curtailed_mwh=np.zeros_like(generation),
        delivered_mwh=generation,
        clean_charge_mwh=both(stores, 0),
        clean_discharge_mwh=both(stores, 1),
        grey_charge_mwh=both(grey, 0),
        grey_discharge_mwh=both(grey, 1),
        retail_supply_mwh=np.zeros((1, count)),
        sold_mwh=np.zeros((1, count)),
        cyclic=cyclic,
    )
    facts = facts_of(
        problem,
        storage=tuple(
            StorageFacts(name, 0, tracing, given_back(*both_ways), None, 15.0) for name, both_ways in stores.items()
        ),
    )
    ledger = build_ledger(problem, flows, facts)
    storage = [
        pd.DataFrame(
            {
                "interval_start_utc": ledger.starts,
                "storage": name,
                "zone": "Z",
                "clean_charge_mwh": flows.clean_charge_mwh[b],
                "clean_discharge_mwh": flows.clean_discharge_mwh[b],
                "grey_charge_mwh": flows.grey_charge_mwh[b],
                "grey_discharge_mwh": flows.grey_discharge_mwh[b],
            }
        )
        for b, name in enumerate(stores)
    ]
    return RunFlows(
        hourly=zone_frame(ledger, facts, 0),
        contracts=contracts_frame(ledger),
        storage=pd.concat(storage) if storage else pd.DataFrame(columns=["interval_start_utc", "storage", "zone"]),
        claims=claims_frame(ledger),
        links=links_frame(ledger),
        without=frozenset(without),
    )
