"""The rule by which plants in a neighbouring zone count for the load of a zone."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from carbonmatch.case.block import Block, Finding, Number, refuse, say


class Neighbour(Block):
    """When a plant in another zone counts as deliverable.

    max_price_ratio     in hours in which the spot prices of the two zones are at most this factor apart
    firm_transmission   in every hour: the buyer holds firm transmission rights
    """

    max_price_ratio: Annotated[Number, Field(ge=1)] | None = None
    firm_transmission: bool = False

    @model_validator(mode="after")
    def _names_one_rule(self) -> Self:
        if self.max_price_ratio is None and not self.firm_transmission:
            refuse(
                "names no rule; give max_price_ratio, such as {max_price_ratio: 1.05}, or {firm_transmission: true} "
                "where the buyer holds such rights"
            )
        if self.max_price_ratio is not None and self.firm_transmission:
            refuse(
                Finding(
                    f"is {say(self.max_price_ratio)}, and firm_transmission is true: with firm rights every hour "
                    "counts. Leave one of them out",
                    inside=("max_price_ratio",),
                )
            )
        return self
