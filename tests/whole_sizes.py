"""A day with sun, wind, firm supply and a battery, and whole-number decisions about them."""

from __future__ import annotations

import numpy as np

SHAPE = np.sin(np.arange(24) / 24 * 2 * np.pi)
DAY = {
    "name": "day",
    "currency": "EUR",
    "time": {"start": "2018-03-01T00:00", "end": "2018-03-02T00:00", "timezone": "UTC"},
    "zones": {"Z": {"spot_price_per_mwh": (50 - 30 * SHAPE).tolist()}},
    "sites": {"s": {"zone": "Z", "load": {"flat_mw": 20}, "grid": {"energy": {"index": "spot", "margin_per_mwh": 12}}}},
    "contracts": {
        "sun": {
            "technology": "solar",
            "zone": "Z",
            "structure": "pay_as_produced",
            "strike_per_mwh": 46,
            "capacity_factor": np.maximum(-SHAPE, 0).tolist(),
            "max_mw": 100,
        },
        "wind": {
            "technology": "onshore_wind",
            "zone": "Z",
            "structure": "pay_as_produced",
            "strike_per_mwh": 62,
            "capacity_factor": (0.4 + 0.3 * np.cos(np.arange(24) / 3)).tolist(),
            "max_mw": 60,
        },
        "firm": {
            "technology": "geothermal",
            "zone": "Z",
            "structure": "clean_firm",
            "strike_per_mwh": 95,
            "capacity_fee_per_mw_year": 20000,
            "must_run_share": 0.3,
            "max_mw": 20,
        },
    },
    "storage": {
        "battery": {
            "zone": "Z",
            "power_cost_per_mw_year": 9000,
            "energy_cost_per_mwh_year": 18000,
            "round_trip_efficiency": 0.81,
            "max_power_mw": 50,
            "max_energy_mwh": 300,
        },
    },
    "surplus": {"price": {"index": "spot", "margin_per_mwh": -5}},
    "target": {"matching": "hourly", "cfe": 0.85},
}

VARIANTS = {
    "lots": {"contracts": {"sun": {"lot_mw": 15}, "wind": {"lot_mw": 8}}},
    "fine lots": {"contracts": {"sun": {"lot_mw": 0.5}, "wind": {"lot_mw": 0.4}, "firm": {"lot_mw": 0.3}}},
    "lots of storage": {"storage": {"battery": {"lot_mw": 7}}},
    "least sizes": {
        "contracts": {"wind": {"min_mw": 50, "or_nothing": True}, "firm": {"min_mw": 15, "or_nothing": True}},
        "storage": {"battery": {"min_power_mw": 30, "or_nothing": True}},
    },
    "variants": {"contracts": {"sun": {"variant_of": "v"}, "wind": {"variant_of": "v"}, "firm": {"variant_of": "v"}}},
    "everything": {
        "contracts": {
            "sun": {"lot_mw": 12, "min_mw": 20, "or_nothing": True},
            "wind": {"variant_of": "v", "min_mw": 20, "lot_mw": 9},
            "firm": {"variant_of": "v", "min_mw": 4},
        },
        "storage": {"battery": {"lot_mw": 6, "min_power_mw": 12, "variant_of": "w"}},
    },
    "annual": {
        "contracts": {"sun": {"lot_mw": 15}, "wind": {"min_mw": 55, "or_nothing": True}},
        "target": {"matching": "annual", "cfe": 1.0},
    },
    "out of reach": {  # 19 MW of firm supply for 20 MW of load, or a battery too small for the night
        "contracts": {"wind": {"variant_of": "v"}, "firm": {"variant_of": "v", "lot_mw": 19}},
        "storage": {"battery": {"variant_of": "v", "max_energy_mwh": 100}},
        "target": {"cfe": 1.0},
    },
}
