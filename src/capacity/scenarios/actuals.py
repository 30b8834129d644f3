"""Plan against actual: why more heads were needed, and fewer there, than a month was planned with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from capacity.domain.curve import StaffingCurve
from capacity.domain.demand import Demand
from capacity.domain.display import frame_html
from capacity.domain.faults import FaultList
from capacity.domain.grid import MonthGrid
from capacity.domain.operation import Operation
from capacity.domain.plan import Plan
from capacity.domain.tracking import TrackReport
from capacity.domain.volume import Backlog, Volume
from capacity.domain.waterfall import Waterfall
from capacity.errors import DataError
from capacity.execution import content_key
from capacity.headcount import plan_headcount
from capacity.queueing import staff
from capacity.scenarios.changes.work import AutomationShare, HandlingTime
from capacity.scenarios.decomposition import MIX, VOLUME, Sides, changed_factors
from capacity.scenarios.shapley import MOST_EXACT, shapley_exact, shapley_sampled
from capacity.scheduling import staffing_curve

CERTAINTY = "hedge not used"
FLOWS = (("bop", 1), ("hires", 1), ("transfers_in", 1), ("attrition", -1), ("transfers_out", -1))


@dataclass(frozen=True, kw_only=True)
class ActualWaterfall:
    """What was needed against what was planned, and who was there; in heads of all pools.

    `need` splits the change of the requirement; "hedge not used" is what the percentile had added
    for futures that did not come. `people` (None without figures) has one row a flow: planned,
    actual, and `gap` = what the difference adds to the shortage. Their sum and the change of the
    need make the change of the gap, to the last head.
    """

    need: Waterfall
    people: pd.DataFrame | None = None

    @property
    def gap_change(self) -> int | None:
        """How much larger the shortage was than planned; None without figures of people."""
        if self.people is None:
            return None
        return self.need.after - self.need.before + int(self.people["gap"].sum())

    @property
    def frame(self) -> pd.DataFrame:
        """Side (need or people), factor, heads: all that add up to the change of the gap."""
        parts = [self.need.frame[["factor", "heads"]].assign(side="need")]
        if self.people is not None:
            flows = self.people.rename(columns={"flow": "factor", "gap": "heads"})
            parts.append(flows[["factor", "heads"]].assign(side="people"))
        return pd.concat(parts, ignore_index=True)[["side", "factor", "heads"]]

    def summary(self) -> str:
        """The need factor by factor, then who was missing."""
        level = f"P{100 * self.need.percentile:g}"
        lines = [
            f"{self.need.month}: {self.need.before} heads planned at {level}, {self.need.after} needed"
        ]
        lines += [f"  {row.factor}: {row.heads:+.2f}" for row in self.need.frame.itertuples()]
        if self.people is not None:
            for row in self.people.itertuples():
                if row.gap:
                    lines.append(
                        f"  {row.flow}: {row.planned} planned, {row.actual} in fact ({row.gap:+d} to the gap)"
                    )
            change = self.gap_change or 0
            word = "larger" if change > 0 else "smaller"
            lines.append(
                f"the gap was {abs(change)} heads {word} than planned"
                if change
                else "the gap was as planned"
            )
        return "\n".join([*lines, *self.need.notes])  # fmt: skip

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="Plan against actual", note=self.summary())


def compare_actual(
    plan: Plan,
    volume: Volume,
    *,
    month: str,
    operation: Operation | None = None,
    people: pd.DataFrame | None = None,
    orders: int = 16,
) -> ActualWaterfall:
    """Why a month of a plan went as it did: volume, mix, handling, automation, targets, caps, people.

    The need is evaluated on the staffing curve for every combination of factors (Shapley, as in
    `waterfall`): the plan's paths of the month at its percentile on one side, the arrivals that
    came, known for certain, on the other. The opening backlog counts on neither.

    Parameters
    ----------
    volume : Volume
        Arrivals, which must cover the month (the first month from the plan's `as_of` on).
    month : str
        Say "2026-03".
    operation : Operation, optional
        The operation as it was: the plan's with other handling times, automation, targets,
        shrinkage, caps and so on (`observed_operation` reads the first two off a track report).
    people : DataFrame, optional
        The flows that happened: the row "all" of the month from a finance table of version
        actual (bop, hires, transfers_in, attrition, transfers_out, eop).
    orders : int
        Random orders when more than six factors changed.

    Raises
    ------
    DataError
        A month outside the plan or the volume, missing counts, flows that do not add up.
    """
    seen = operation or plan.operation
    now, then = _month_counts(plan, volume, month)
    sides = _ActualSides(
        sides=Sides(before=plan, after=replace(plan, operation=seen), month=0),
        month=month,
        planned=then,
        came=now,
    )
    factors = [VOLUME, MIX, CERTAINTY]
    factors += [name for name in changed_factors(plan, sides.sides.after) if name not in factors]
    if len(factors) <= MOST_EXACT:
        shares = {k: (v, 0.0) for k, v in shapley_exact(sides.heads, factors).items()}
    else:
        seed = plan.settings.seed
        shares = shapley_sampled(sides.heads, factors, orders=orders, seed=seed)
    ends = (sides.heads(frozenset()), sides.heads(frozenset(factors)))
    before, after = (int(np.ceil(value - 1e-9)) for value in ends)
    rows = [(name, heads, error) for name, (heads, error) in shares.items()]
    rows.append(("rounding", (after - before) - sum(heads for _, heads, _ in rows), 0.0))
    need = Waterfall(
        frame=pd.DataFrame(rows, columns=["factor", "heads", "standard_error"]),
        before=before,
        after=after,
        month=month,
        percentile=plan.settings.percentile,
        evaluations=len(sides.memo),
        notes=_notes(plan),
    )
    return ActualWaterfall(
        need=need, people=None if people is None else _flows(plan, people, month)
    )


def observed_operation(operation: Operation, report: TrackReport) -> Operation:
    """The operation with the handling times and automation shares that were tracked.

    Queues without logged handling times or cases keep the plan's.
    """
    for row in report.frame.to_dict("records"):
        name = str(row["queue"])
        minutes, share = float(row["handling_minutes"]), float(row["automated_share"])
        if np.isfinite(minutes) and minutes > 0:
            operation = HandlingTime(name, mean_minutes=minutes)(operation)
        if np.isfinite(share) and share < 1:
            operation = AutomationShare(name, to=share)(operation)
    return operation


@dataclass(frozen=True, kw_only=True)
class _MonthPaths:
    """Counts of one month, (queues by name: paths); the fine counts are the plan's."""

    counts: dict[str, np.ndarray]
    plan: Demand

    def fine(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        return self.plan.source.fine(queue, first, last, periods)

    def monthly(self, queue: str, first: int, last: int) -> np.ndarray:
        return self.counts[queue][first:last, None]


@dataclass(frozen=True, kw_only=True)
class _ActualSides:
    """Heads needed in the month when some factors are as they came and the rest as planned."""

    sides: Sides
    month: str
    planned: dict[str, np.ndarray]
    came: dict[str, float]
    memo: dict[str, float] = field(default_factory=dict)
    curves: dict[str, StaffingCurve] = field(default_factory=dict)

    def heads(self, done: frozenset[str]) -> float:
        operation = self.sides.operation(done - {VOLUME, MIX, CERTAINTY})
        known = content_key(operation)
        key = content_key(known, VOLUME in done, MIX in done, CERTAINTY in done)
        if key not in self.memo:
            settings, demand = self.sides.before.settings, self.sides.before.demand
            if known not in self.curves:
                self.curves[known] = staffing_curve(
                    staff(demand, operation), operation, effort=settings.effort
                )
            month = self.demand(demand, done)
            plan = plan_headcount(
                self.curves[known], staff(month, operation), operation,
                percentile=settings.percentile, hiring=False,
            )  # fmt: skip
            needed = plan.required_paths[:, 0, -1]
            self.memo[key] = float(np.quantile(needed, settings.percentile))
        return self.memo[key]

    def demand(self, demand: Demand, done: frozenset[str]) -> Demand:
        """The month's counts: paths around the mean wanted, or that mean alone."""
        means = {name: float(counts.mean()) for name, counts in self.planned.items()}
        level = sum((self.came if VOLUME in done else means).values())
        mix = self.came if MIX in done else means
        whole = sum(mix.values())
        counts = {}
        for name, paths in self.planned.items():
            wanted = level * mix[name] / whole if whole > 0 else 0.0
            if CERTAINTY in done:
                counts[name] = np.array([wanted])
            elif means[name] > 0:
                counts[name] = paths * (wanted / means[name])
            else:
                counts[name] = np.full(len(paths), wanted)
        return replace(
            demand,
            months=MonthGrid(first=pd.Period(self.month, freq="M"), periods=1, zone=demand.months.zone),
            n_paths=len(next(iter(counts.values()))),
            source=_MonthPaths(counts=counts, plan=demand),
            backlog=Backlog(),
            drivers=None,
            splits=None,
        )  # fmt: skip


def _month_counts(
    plan: Plan, volume: Volume, month: str
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Arrivals of the month by queue: those that came, and the plan's paths."""
    grid = plan.demand.months
    if month not in grid.labels:
        raise DataError(
            f"month {month!r} is not in the plan: {grid.labels[0]} to {grid.labels[-1]}."
        )
    place = grid.labels.index(month)
    begin, end = max(plan.demand.as_of, grid.edges[place]), grid.edges[place + 1]
    starts = volume.grid.starts
    inside = np.asarray((starts >= begin) & (starts < end))
    if starts[0] > begin or volume.grid.end < end:
        raise DataError(
            f"the volume reaches from {starts[0]} to {volume.grid.end}, {month} of the plan from "
            f"{begin} to {end}. Fix: read the cases up to the end of the month."
        )
    faults = FaultList(title=f"The arrivals of {month} cannot be compared")
    came: dict[str, float] = {}
    for name in plan.demand.queues:
        counts = volume.of(name)[inside] if name in volume.queues else np.zeros(1)
        if np.isnan(counts).any():
            missing = int(np.isnan(counts).sum())
            faults.add(
                f"queue {name}", f"{missing} intervals are missing", "read the missing counts"
            )
        came[name] = float(counts.sum())
    faults.raise_any()
    return came, {name: plan.demand.monthly(name)[:, place].astype(float) for name in came}


def _flows(plan: Plan, people: pd.DataFrame, month: str) -> pd.DataFrame:
    rows = people[(people["month"] == month) & (people["pool"] == "all")]
    if len(rows) != 1:
        raise DataError(
            f"people: {len(rows)} rows for {month} and pool all, one is needed. Fix: pass the "
            "finance table of the version actual."
        )
    actual = rows.iloc[0]
    planned = plan.headcount.of("all").set_index("month").loc[month]
    total = sum(sign * int(actual[name]) for name, sign in FLOWS)
    if total != int(actual["eop"]):
        raise DataError(
            f"people of {month}: bop + hires + transfers in - attrition - transfers out is {total}, "
            f"eop is {int(actual['eop'])}. Fix: correct the flows."
        )
    table = [
        (
            name,
            int(planned[name]),
            int(actual[name]),
            -sign * (int(actual[name]) - int(planned[name])),
        )
        for name, sign in FLOWS
    ]
    return pd.DataFrame(table, columns=["flow", "planned", "actual", "gap"])


def _notes(plan: Plan) -> tuple[str, ...]:
    if plan.demand.drivers is None:
        return ()
    return ("forecast paths of handling time and automation are left out on both sides",)
