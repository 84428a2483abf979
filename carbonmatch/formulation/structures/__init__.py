"""What every structure of a contract offers per MW and what it costs: one module each, all in the same few terms."""

from carbonmatch.formulation.structures.choice import choice_terms, least_of_all
from carbonmatch.formulation.structures.offer import contract_terms

__all__ = ["choice_terms", "contract_terms", "least_of_all"]
