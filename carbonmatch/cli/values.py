"""Values that a key takes in turn, as they are typed: first:last:step, or a list."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final

from carbonmatch.errors import Fault, InputError

MOST_VALUES: Final = 1000
"""More than this is a slip of the keyboard."""


def read_targets(text: str) -> list[float]:
    """Return the targets that `A:B:STEP` or a list separated by commas names, lowest first.

    Raises:
        InputError: the text is neither, or a target is outside 0..1.
    """
    targets = _numbers(text)
    if not targets:
        what = f"{text!r} is no range of targets; write first:last:step (0.5:1.0:0.05) or a list (0.5,0.9,1)"
        raise InputError([Fault("--cfe", what)])
    outside = [str(target) for target in targets if not 0 <= target <= 1]
    if outside:
        raise InputError([Fault("--cfe", f"{', '.join(outside)} is outside 0..1; write 0.9 for 90 %")])
    return sorted({float(target) for target in targets})


def read_vary(texts: list[str]) -> dict[str, list[float | str]]:
    """Return {key: values} of settings such as `contracts.pv.strike_per_mwh=40:60:5`.

    Raises:
        InputError: one of them is not of that form; all are told.
    """
    found: dict[str, list[float | str]] = {}
    faults = []
    for text in texts:
        key, sign, values = (part.strip() for part in text.partition("="))
        place = f"--vary {text}"
        if not sign or not key or not values:
            faults.append(Fault(place, "is not of the form KEY=VALUES, such as contracts.pv.strike_per_mwh=40:60:5"))
        elif key in found:
            faults.append(Fault(place, f"varies {key} a second time; name all of its values at once"))
        elif numbers := _numbers(values):
            found[key] = [float(number) for number in numbers]
        elif ":" in values:
            what = "is no range; write first:last:step with a step above 0 and no more than 1,000 values"
            faults.append(Fault(place, what))
        else:
            found[key] = [value.strip() for value in values.split(",") if value.strip()]
    if faults:
        raise InputError(faults)
    return found


def _numbers(text: str) -> list[Decimal]:
    """Return the numbers that a text names, in decimals as written; none where it cannot be read."""
    try:
        numbers = [Decimal(part) for part in re.split("[:,]", text)]
    except InvalidOperation:
        return []
    if not all(number.is_finite() for number in numbers):
        return []
    if ":" not in text:
        return numbers
    if "," in text or len(numbers) != 3:
        return []
    first, last, step = numbers
    if step <= 0 or last < first or (last - first) / step > MOST_VALUES:
        return []
    return [first + step * i for i in range(int((last - first) / step) + 1)]
