"""Numbers per million tokens as text: they may be of any size, and what is not known is no zero."""

from __future__ import annotations

import pytest

from carbonmatch.report.overview.compute import digits, part_text, per_million_tokens, tokens_text


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([0.035234], "0.03523"),
        ([0.035234, 12.5], "0.04"),  # as many decimals as the largest asks for
        ([1234.5], "1,234"),
        ([None, 0.0], "0.00"),
    ],
)
def test_an_amount_has_the_digits_of_the_largest(values, text):
    first = next(value for value in values if value is not None)
    assert per_million_tokens(values, "EUR").text(first) == text


def test_what_is_not_known_is_a_dash():
    assert per_million_tokens([None], "EUR").text(None) == "-"
    assert part_text(None) == "-"


def test_a_share_of_the_compute_cost_keeps_two_decimals():
    assert part_text(0.00686) == "0.69 %"
    assert part_text(0.0) == "0.00 %"


@pytest.mark.parametrize(("value", "text"), [(1187.2, "1,187"), (0.80876, "0.8088"), (2e-9, "0.00"), (0.0, "0.00")])
def test_sizes_have_four_digits_and_what_a_solver_leaves_is_nothing(value, text):
    assert digits(value) == text


@pytest.mark.parametrize(
    ("million", "text"),
    [
        (354e6, "354.0 trillion tokens"),
        (1.6e6, "1,600.0 billion tokens"),
        (9_000.0, "9,000.0 million tokens"),
        (0.0, "0.0 million tokens"),
    ],
)
def test_tokens_in_words(million, text):
    assert tokens_text(million) == text
