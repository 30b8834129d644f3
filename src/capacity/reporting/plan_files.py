"""A plan or a comparison as a folder: tables, pictures and the summary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from capacity import plotting
from capacity.domain.comparison import Comparison
from capacity.domain.plan import Plan
from capacity.errors import DataError
from capacity.intake.atomic import write_atomically
from capacity.reporting.finance_files import write_finance
from capacity.reporting.tables import write_table

PICTURES: Mapping[str, Callable[[Plan], Any]] = {
    "fan": plotting.fan,
    "requirement": plotting.requirement,
    "coverage": plotting.coverage,
    "exposure": plotting.exposure,
    "headcount": plotting.headcount,
    "cost": plotting.cost,
}


@dataclass(frozen=True, kw_only=True)
class Written:
    """Files that were written, and why others were not."""

    folder: Path
    files: tuple[str, ...]
    skipped: tuple[str, ...] = ()


def plan_tables(plan: Plan) -> dict[str, pd.DataFrame]:
    """The tables of a plan by name, each tidy: one fact a row."""
    tables = {
        "demand_monthly": plan.demand.monthly_frame,
        "staffing": plan.staffing.frame,
        "shifts": plan.shifts.shifts,
        "breaks": plan.shifts.breaks,
        "flows": plan.shifts.flows,
        "shortfall": plan.shifts.shortfall,
        "promises": plan.simulation.frame,
        "curve": plan.curve.frame,
    }
    if plan.headcount.hires is not None:
        tables["hires"] = plan.headcount.hires
    if plan.roster is not None:
        tables["roster"] = plan.roster.frame
        tables["unfilled"] = plan.roster.unfilled
    if plan.check is not None:
        tables["exposure"] = plan.check.exposure
        tables["breaches"] = plan.check.breaches
    return tables


def write_plan(plan: Plan, folder: Path | str) -> Written:
    """Write `summary.txt`, `finance.csv`, a CSV for each table and a PNG for each picture.

    Every file appears whole or not at all, and its bytes depend on the plan alone. A picture
    that the plan does not allow (exposure of fewer than five people, say) is named in `skipped`.

    Returns
    -------
    Written
    """
    place = make_folder(folder)
    files = [_text(plan.summary(), place / "summary.txt")]
    files.append(write_finance(plan.headcount, place / "finance.csv").name)
    files += [
        write_table(table, place / f"{name}.csv").name for name, table in plan_tables(plan).items()
    ]
    skipped = []
    for name, draw in PICTURES.items():
        try:
            picture = plotting.render_png(draw(plan))
        except DataError as error:
            skipped.append(f"{name}.png: {error}")
            continue
        files.append(write_atomically(place / f"{name}.png", picture).name)
    return Written(folder=place, files=tuple(files), skipped=tuple(skipped))


def write_comparison(comparison: Comparison, folder: Path | str) -> Written:
    """Write `summary.txt`, the tables `scenarios`, `paired` and `reused`, and `scenarios.png`."""
    place = make_folder(folder)
    tables = {
        "scenarios": comparison.frame,
        "paired": comparison.paired,
        "reused": comparison.reused,
    }
    files = [_text(comparison.summary(), place / "summary.txt")]
    files += [write_table(table, place / f"{name}.csv").name for name, table in tables.items()]
    picture = plotting.render_png(plotting.scenarios(comparison))
    files.append(write_atomically(place / "scenarios.png", picture).name)
    return Written(folder=place, files=tuple(files))


def make_folder(folder: Path | str) -> Path:
    """The folder, made if it is not there; a file in its place is refused."""
    place = Path(folder)
    if place.exists() and not place.is_dir():
        raise DataError(
            f"{place}: is a file, not a folder. Fix: name another folder for the output."
        )
    place.mkdir(parents=True, exist_ok=True)
    return place


def _text(text: str, path: Path) -> str:
    return write_atomically(path, (text.rstrip("\n") + "\n").encode("utf-8")).name
