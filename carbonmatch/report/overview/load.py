"""What became of load that may be changed, in words: moved, given up, placed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonmatch.report.numbers import Units, energy_text, share

Told = Mapping[str, Any]


def load_facts(summary: Mapping[str, Any], units: Units) -> list[tuple[str, str]]:
    """Return a line on what was done to the load, and one on what was placed; none where none may be changed."""
    told = summary.get("load")
    if not told:
        return []
    done = [text for text in (_moved(told), _sent(told), _given_up(told)) if text]
    may = any(site["flexible"] or site["curtailable"] for site in told["sites"].values())
    facts = [("load changed", "; ".join(done) or "nothing: it is served as planned")] if may else []
    return facts + ([("load placed", placed_text(told, units))] if told.get("placements") else [])


def load_sentences(summary: Mapping[str, Any], units: Units) -> list[str]:
    """Return in words what was served of what was planned, and how that comes."""
    told = summary["load"]
    planned, placed, lost = told["planned_mwh"], told["placed_mwh"], told["curtailed_mwh"]
    parts = [f"{energy_text(planned)} as planned"]
    parts += [f"{energy_text(placed)} of what was placed"] if placed > 0.0 else []
    less = f", less {energy_text(lost)} given up" if _seen(told, lost) else ""
    sentences = [f"{energy_text(told['served_mwh'])} were served: {' and '.join(parts)}{less}."]
    moved = [text for text in (_moved(told), _sent(told)) if text]
    if moved:
        kept = "nothing of it is lost: what leaves a step or a site arrives in another one"
        sentences.append(f"{'; '.join(moved)[:1].upper()}{'; '.join(moved)[1:]}; {kept}.")
    if told.get("placements"):
        sentences.append(f"Placed: {placed_text(told, units)}.")
    return sentences


def placed_text(told: Told, units: Units) -> str:
    """Return how many MW of every placement stand where."""
    texts = []
    for name, candidates in told["placements"].items():
        stand = [
            f"{units.power.with_unit(each['placed_mw'])} at {site}"
            for site, each in candidates.items()
            if each["placed_mw"] >= units.nothing_mw
        ]
        texts.append(f"{name}: {', '.join(stand) or 'nowhere'}")
    return "; ".join(texts)


def within(hours: float) -> str:
    """Return a window in words."""
    if hours % 24.0:
        return f"within {hours:g} {'hour' if hours == 1.0 else 'hours'}"
    return "within the day" if hours == 24.0 else f"within {hours / 24.0:g} days"


def _moved(told: Told) -> str:
    entries = [entry for site in told["sites"].values() for entry in site["flexible"].values() if "moved_mwh" in entry]
    used = [entry for entry in entries if _seen(told, entry["moved_mwh"])]
    windows = " or ".join(within(hours) for hours in sorted({entry["window_hours"] for entry in used}))
    return f"moved {_amount(told, told['moved_mwh'])} {windows}" if used else ""


def _sent(told: Told) -> str:
    return f"moved {_amount(told, told['sent_mwh'])} to other sites" if _seen(told, told["sent_mwh"]) else ""


def _given_up(told: Told) -> str:
    return f"given up {_amount(told, told['curtailed_mwh'])}" if _seen(told, told["curtailed_mwh"]) else ""


def _amount(told: Told, mwh: float) -> str:
    return f"{energy_text(mwh)} ({share(mwh / told['served_mwh'])} of load)" if told["served_mwh"] else energy_text(mwh)


def _seen(told: Told, mwh: float) -> bool:
    """Tell whether a volume is more than the noise of an engine."""
    return bool(mwh > 1e-6 * max(told["planned_mwh"] + told["placed_mwh"], 1.0))
