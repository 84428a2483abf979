"""Measure a year with all contract, storage and tariff terms at once: forty contracts, four storages, every charge.

    python benchmarks/terms.py                     each solver once
    python benchmarks/terms.py --solver clarabel   one of them alone
    python benchmarks/terms.py --write             the same, and the table goes into benchmarks/README.md
    python benchmarks/terms.py --case FOLDER       only write the case

The case is of real hours of 2018 in Germany: see `a_case`. Each command starts from nothing, start of Python and
imports included; CPU and memory are accounted as in run.py. The solvers must agree to 1e-6 of the cost, or nothing is
told.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from run import machine, tell, timed, versions
from section import write_section

ROOT: Final = Path(__file__).parents[1]
CARBONMATCH: Final = (sys.executable, "-m", "carbonmatch")
SOLVERS: Final = ("highs", "clarabel")
AGREEMENT: Final = 1e-6
CONTRACTS: Final = 40

Entries = dict[str, Any]


def series(column: str) -> Entries:
    """Return a column of the German table."""
    return {"file": str(ROOT / "data" / "de-2018.csv"), "column": column}


SOLAR: Final = {"technology": "solar", "zone": "DE", "capacity_factor": series("solar_capacity_factor")}
ONSHORE: Final = {
    "technology": "onshore_wind",
    "zone": "DE",
    "capacity_factor": series("onshore_wind_capacity_factor"),
    "p50_capacity_factor": 0.30,
}
OFFSHORE: Final = {
    "technology": "offshore_wind",
    "zone": "DE",
    "capacity_factor": series("offshore_wind_capacity_factor"),
}

KINDS: Final[tuple[Entries, ...]] = (
    {**SOLAR, "structure": "pay_as_produced", "strike_per_mwh": 48, "max_mw": 200},
    {**ONSHORE, "structure": "virtual", "strike_per_mwh": 66, "settles_below_zero": False, "max_mw": 200},
    {
        **OFFSHORE,
        "structure": "pay_as_produced",
        "strike_per_mwh": 78,
        "curtailment": {"compensation": 0.5},
        "max_mw": 150,
    },
    {
        **ONSHORE,
        "structure": "pay_as_produced",
        "price": {"index": "spot", "floor_per_mwh": 55, "cap_per_mwh": 75},
        "sleeve_fee_per_mwh": 1.2,
        "balancing_fee_per_mwh": 2.5,
        "max_mw": 150,
    },
    {
        **ONSHORE,
        "structure": "pay_as_produced",
        "strike_per_mwh": 61,
        "tenor_years": 12,
        "escalation": 0.02,
        "discount_rate": 0.07,
        "max_mw": 150,
    },
    {**ONSHORE, "structure": "baseload", "strike_per_mwh": 84, "max_mw": 30},
    {
        **SOLAR,
        "structure": "shaped",
        "strike_per_mwh": 62,
        "shape": {"daily": [0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 3, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0]},
        "max_mw": 30,
    },
    {
        "technology": "hydro",
        "zone": "DE",
        "structure": "pay_as_consumed",
        "strike_per_mwh": 96,
        "volume_mwh_per_mw_year": 4000,
        "least_volume_share": 0.8,
        "most_volume_share": 1.1,
        "take_or_pay": {"share": 0.9, "period": "quarter"},
        "max_mw": 10,
    },
    {
        "technology": "geothermal",
        "zone": "DE",
        "structure": "clean_firm",
        "strike_per_mwh": 70,
        "must_run_share": 0.2,
        "capacity_fee_per_mw_year": 330000,
        "max_mw": 30,
    },
    {
        "technology": "hydro",
        "zone": "DE",
        "structure": "retail_supply",
        "strike_per_mwh": 88,
        "cfe_share": 0.6,
        "max_mw": 5,
    },
)
"""One offer of each kind; the others are the same at other prices."""

STORAGE: Final[Entries] = {
    "owned": {
        "zone": "DE",
        "owned": {
            "power_capex_per_kw": 90,
            "energy_capex_per_kwh": 170,
            "life_years": 16,
            "discount_rate": 0.07,
            "fixed_om_per_kw_year": 4,
            "variable_om_per_mwh": 0.5,
        },
        "round_trip_efficiency": 0.86,
        "degradation_cost_per_mwh": 1.5,
        "max_power_mw": 300,
    },
    "tolled": {
        "zone": "DE",
        "tolled": {"fee_per_kw_month": 6.5, "variable_fee_per_mwh": 0.8},
        "duration_hours": 4,
        "cycles_per_year": 500,
        "round_trip_efficiency": 0.85,
        "max_power_mw": 200,
    },
    "long": {
        "zone": "DE",
        "power_cost_per_mw_year": 75000,
        "energy_cost_per_mwh_year": 3000,
        "round_trip_efficiency": 0.7,
        "min_state_of_charge": 0.05,
        "max_power_mw": 300,
    },
    "on-site": {
        "zone": "DE",
        "site": "frankfurt",
        "power_cost_per_mw_year": 9000,
        "energy_cost_per_mwh_year": 18000,
        "round_trip_efficiency": 0.86,
        "grid_charging": True,
        "max_power_mw": 40,
    },
}

GRID: Final[Entries] = {
    "energy": {
        "time_of_use": [
            {"per_mwh": 118, "days": "weekday", "hours": [8, 20]},
            {"per_mwh": 82},
        ]
    },
    "adders_per_mwh": {"network": 8.5, "levies": 19},
    "demand_charges": {
        "monthly": {"per_kw_month": 2.9, "ratchet_share": 0.7},
        "winter-evening": {"per_kw_month": 5.2, "months": [11, 12, 1, 2], "days": "weekday", "hours": [16, 20]},
    },
    "coincident_peak": {"per_kw_year": 12, "at": ["2018-01-18 18:00", "2018-02-28 19:00"]},
    "subscribed": {"charge_per_mw_year": 14000, "excess_penalty_per_mwh": 90},
    "contract_capacity": {"mw": 110, "minimum_billing_share": 0.8},
    "fixed_charge_per_month": 1200,
    "firm_capacity_charge_per_mw_year": 20000,
    "connection_mw": 160,
    "export_price": {"flat_per_mwh": 25},
    "export_limit_mw": 50,
}


def a_case() -> Entries:
    """Return 100 MW in Frankfurt with forty contracts, four storages and every charge of a tariff.

    The forty are ten kinds of offer, each at four prices around that of its kind, and one of them stands on the roof.
    """
    contracts: Entries = {}
    for number in range(CONTRACTS):
        kind = KINDS[number % len(KINDS)]
        dearer = 0.97 + 0.02 * (number // len(KINDS))
        offer = dict(kind)
        if "strike_per_mwh" in offer:
            offer["strike_per_mwh"] = round(offer["strike_per_mwh"] * dearer, 3)
        contracts[f"{offer['structure'].replace('_', '-')}-{number + 1}"] = offer
    contracts["pay-as-produced-1"] |= {"site": "frankfurt", "max_mw": 30}
    return {
        "name": "all-terms",
        "currency": "EUR",
        "time": {"start": "2018-01-01", "end": "2019-01-01", "timezone": "Europe/Berlin", "step": "1h"},
        "zones": {"DE": {name: series(name) for name in ("spot_price_per_mwh", "carbon_intensity_g_per_kwh")}},
        "sites": {"frankfurt": {"zone": "DE", "load": {"flat_mw": 100}, "grid": GRID}},
        "contracts": contracts,
        "storage": STORAGE,
        "surplus": {"price": {"index": "spot", "margin_per_mwh": -3}, "max_share": 0.5},
        "target": {"matching": "hourly", "cfe": 0.9},
    }


def write_case(folder: Path) -> Path:
    """Write the case into a folder; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "all-terms.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe", pure=True).dump(a_case(), file)
    return path


def measure(solvers: list[str]) -> str:
    """Return the section of the page."""
    rows, costs = [], {}
    for solver in solvers:
        tell(f"all terms at once, {solver}")
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            words = ["solve", str(write_case(work)), "--solver", solver, "--out", str(work / "run")]
            account, _ = timed([*CARBONMATCH, *words], work)
            summary = json.loads((work / "run" / "summary.json").read_text())
            model = json.loads((work / "run" / "manifest.json").read_text())["size"]
            timed([*CARBONMATCH, "report", str(work / "run"), "--format", "audit"], work)
            check, _ = timed([*CARBONMATCH, "verify", str(work / "run" / "audit.zip")], work)
        costs[solver] = summary["cost"]["net_of_sales"]
        taken = sum(entry["contracted_mw"] > 0.01 for entry in summary["contracts"].values())
        rows.append(
            f"| {solver} | {model['columns']:,} | {model['rows']:,} | {account.cpu_seconds:.1f} "
            f"| {account.wall_seconds:.1f} | {account.peak_mb:.0f} | {check.wall_seconds:.1f} | {taken} "
            f"| {summary['certificate']['gap']:.0e} |"
        )
    first = next(iter(costs.values()))
    apart = max(abs(cost / first - 1.0) for cost in costs.values())
    if apart > AGREEMENT:
        raise SystemExit(f"the solvers find other costs: {apart:.1e} apart")
    here, found = machine(), versions()
    words = "" if solvers == list(SOLVERS) else "".join(f" --solver {solver}" for solver in solvers)
    return "\n".join(
        [
            f"`python benchmarks/terms.py{words} --write`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; "
            f"{here['processor']}, {here['cores']} cores; python {found['python']}, "
            f"carbonmatch {found['carbonmatch']}.",
            "",
            "| a year, 40 contracts, 4 storages, all charges | columns | rows | CPU s | wall s | peak MB "
            "| `verify` wall s | taken | gap |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
            *rows,
        ]
    )


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the table into benchmarks/README.md")
    parser.add_argument("--solver", choices=SOLVERS, action="append", help="one of them alone; both unless given")
    parser.add_argument("--case", type=Path, help="only write the case, into this folder")
    options = parser.parse_args()
    if options.case is not None:
        print(write_case(options.case))
        return
    told = measure(options.solver or list(SOLVERS))
    print(told)
    if options.write:
        write_section("terms", "terms.py", told)


if __name__ == "__main__":
    main()
