"""Conversions and tolerances, each named and justified. The only place that holds a bare factor."""

from __future__ import annotations

from typing import Final

KG_PER_TONNE: Final = 1000.0

KW_PER_MW: Final = 1000.0
"""A price per kW, or per kWh, is a thousandth of that per MW, or per MWh."""

G_PER_KWH_TO_T_PER_MWH: Final = 1e-3
"""1 g/kWh = 1 kg/MWh = 0.001 t/MWh."""

PRIMAL_TOLERANCE: Final = 1e-6
"""Largest row or bound residual, as a share of the peak load per step: 100 W on a 100 MW site, below any meter."""

LEAST_METERED_MWH: Final = 1e-6
"""One watt-hour: no meter of a site reads less, and a certificate is not issued for less."""

DUAL_TOLERANCE: Final = 1e-6
"""Largest wrong-signed reduced cost, as a share of the prices that it is made of (its cost and its rows' duals)."""

GAP_TOLERANCE: Final = 1e-6
"""Largest distance of cost and dual bound, as a share of gross cost: 50 in the currency on a cost of 50 million."""

INTEGER_TOLERANCE: Final = 1e-6
"""Distance from a whole number that is none: an engine leaves 1e-9, and a hundred lots of 10 MW are right to 1 kW."""

WHOLE_NUMBER_GAP: Final = 1e-4
"""Distance of cost and bound, as a share of gross cost, at which a search for whole numbers ends unless told otherwise:
5,000 on a cost of 50 million, less than a strike is known by. HiGHS and others end at the same share."""

MONEY_TOLERANCE: Final = 1e-9
"""Cost components against the objective, as a share of gross cost: both are sums of the same numbers."""

FULL_MATCH_TOLERANCE: Final = 1e-5
"""An hour counts as fully matched within this share of its load: ten times what a certificate lets a flow be off."""

SCORE_TOLERANCE: Final = 1e-6
"""The recomputed claim against the target and against the model's score, both shares of load in 0..1."""

BEST_SHARE_TOLERANCE: Final = 2e-6
"""A target this much above the best share in reach is out of reach: the gap of a certificate is measured by the gross
cost of that search, which is twice the load at most."""

BUDGET_SHARE_SAFETY: Final = 2e-6
"""What is asked for is this much less of the load than a budget was found to buy: twice what the rows of a certificate
may be off, so that it can be met at least cost and the budget kept."""

BUDGET_TOLERANCE: Final = 2e-6
"""Cost against the budget, as a share of gross cost: the gap of a certificate, and as much for rows that are off."""

WH_PER_MWH: Final = 1e6
"""Certificates are whole watt-hours."""

NEGLIGIBLE_SIZE: Final = 0.0005
"""Sizes below this share of peak load are as good as not taken: 50 kW on a 100 MW site, which no one would contract."""

NEGLIGIBLE_PRICE: Final = 1e-4
"""A price below this share of a typical one is none: half a cent beside 50 per MWh."""

TOKENS_PER_MILLION: Final = 1e6
"""Tokens are told in millions, as they are sold."""

G_PER_TONNE: Final = 1e6
