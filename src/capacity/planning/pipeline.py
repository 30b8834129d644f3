"""The pipe on one page: from the history of cases to a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from capacity.domain.effort import Effort
from capacity.domain.faults import FaultList
from capacity.domain.operation import Operation
from capacity.domain.plan import Plan, PlanSettings
from capacity.domain.volume import Volume
from capacity.intake import Cases
from capacity.planning.running import Lent, Memo, run_steps
from capacity.planning.summary import plan_summary


def plan(
    cases: Cases | Volume,
    operation: Operation,
    *,
    as_of: pd.Timestamp | str | None = None,
    schedule_weeks: int = 4,
    weeks: int = 26,
    months: int = 18,
    confidence: float = 0.90,
    percentile: float = 0.80,
    paths: int = 500,
    seed: int = 0,
    effort: Effort = Effort.QUICK,
    progress: Callable[[str], None] | None = None,
) -> Plan:
    """Plan an operation from its history: demand, staffing, shifts, roster, promise, heads, money.

    Parameters
    ----------
    cases : Cases or Volume
        The history: from `read_cases`, or counts already made.
    operation : Operation
        Sites, queues, pools, caps and money.
    as_of : instant, optional
        Where history ends; by default the end of the data, never the clock of the machine.
    schedule_weeks, weeks, months : int
        Horizons of the shift plan, of interval demand and of headcount. Effort.QUICK plans the
        shifts of one week.
    confidence : float
        Share of whole weekly paths in which the shifts keep every target.
    percentile : float
        Quantile over paths of the required heads: the one hedge on the level of volume.
    paths : int
        Joint sample paths of demand.
    seed : int
        Same seed, same bytes.
    effort : Effort
        QUICK labels itself in everything that it returns; use FULL to decide.
    progress : callable, optional
        Receives one line for each step.

    Returns
    -------
    Plan
        One value a step, a summary in plain words, and the seconds that each step took.

    Raises
    ------
    CapacityError
        Input that breaks a rule, or an operation that no plan can serve.
    """
    settings = PlanSettings(
        schedule_weeks=schedule_weeks,
        weeks=weeks,
        months=months,
        confidence=confidence,
        percentile=percentile,
        paths=paths,
        seed=seed,
        effort=effort,
    )
    check_settings(settings)
    volume = read_volume(cases, operation, as_of)
    return plan_volume(volume, operation, settings, progress=progress)


def read_volume(
    cases: Cases | Volume, operation: Operation, as_of: pd.Timestamp | str | None = None
) -> Volume:
    """Counts and backlog of a history; a volume is taken as it is."""
    if isinstance(cases, Volume):
        return cases
    return cases.volume(as_of, operation=operation)


def plan_volume(
    volume: Volume,
    operation: Operation,
    settings: PlanSettings,
    *,
    memo: Memo | None = None,
    progress: Callable[[str], None] | None = None,
    lent: Sequence[Lent] = (),
) -> Plan:
    """The plan of a volume; with a memo only the steps whose inputs changed are run."""
    run = run_steps(volume, operation, settings, memo=memo, progress=progress, lent=lent)
    bare = Plan(
        operation=operation,
        settings=settings,
        seconds=run.seconds,
        reused=run.reused,
        **run.results,
    )
    return replace(bare, text=plan_summary(bare))


def check_settings(settings: PlanSettings) -> None:
    """Refuse horizons, shares and counts that no plan can have: all faults in one message."""
    faults = FaultList(title="The settings of the plan were refused")
    for name in ("schedule_weeks", "weeks", "months", "paths"):
        value = getattr(settings, name)
        if value < 1:
            faults.add(name, f"is {value}", "give a whole number of at least 1")
    for name in ("confidence", "percentile"):
        value = getattr(settings, name)
        if not 0 < value < 1:
            hint = f"write {value / 100:g}" if 1 < value < 100 else "give a fraction such as 0.9"
            faults.add(name, f"is {value:g}, outside (0, 1)", hint)
    if settings.schedule_weeks > settings.weeks:
        faults.add(
            "schedule_weeks",
            f"is {settings.schedule_weeks}, beyond the {settings.weeks} weeks of demand",
            "raise weeks or lower schedule_weeks",
        )
    faults.raise_any()
