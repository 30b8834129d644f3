"""Plan each week from the past alone, then push the ACTUAL arrivals through the plan, case by case.

    python -m benchmarks.closed_loop FOLDER [--weeks 26] [--erlang 30 3] [--hours 4 24]
                                     [--state FILE.json] [--steps N]

With --state each finished week is written down and a later call goes on from there (--steps stops
after so many weeks).

FOLDER holds nyc_ems_hourly_2010_2019.csv.gz (New York emergency calls an hour, local time). One
queue, 10 minutes a case (exponential), three fixed shifts of 8 hours, no breaks, no caps, occupancy
1. Backlog is carried over in every method. Hours are people present inside the week.

- ours: forecast paths -> staff -> schedule (joint paths, confidence .90, 200 paths)
- clairvoyant: the same schedule on the actual arrivals of the week
- Erlang C: fewest servers by hour on the mean forecast, 95 % closed in time, cheapest shifts above
- month + 10 %: the same program on 1.1 x the mean of the last four weeks, no search
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass, replace
from heapq import heappop, heappush
from pathlib import Path

import numpy as np
import pandas as pd

from capacity.domain import (
    Attrition,
    AttritionBand,
    Backlog,
    Demand,
    Effort,
    ExposureCap,
    HandlingShape,
    HandlingTime,
    HiringTerms,
    MonthGrid,
    Operation,
    Pool,
    PoolCost,
    Queue,
    SeriesLabel,
    ShiftTemplate,
    Site,
    Target,
    TimeGrid,
    Volume,
)
from capacity.domain.seeds import stream
from capacity.forecasting import forecast
from capacity.program import SolveOptions, declare, require, solve, stack
from capacity.queueing import staff
from capacity.queueing.floors import floor_servers
from capacity.scheduling import schedule
from capacity.scheduling.weekly.solving import solve_week
from capacity.scheduling.weekly.week import build_week, cut_grid, week_profile

FILE = "nyc_ems_hourly_2010_2019.csv.gz"
ZONE = "America/New_York"
FIRST = pd.Timestamp("2019-07-01", tz=ZONE)
MINUTES = 10.0
HISTORY_WEEKS = 156
SEED = 20190701
METHODS = ("ours", "clairvoyant", "Erlang C", "month + 10 %")


@dataclass(frozen=True)
class ArrayPaths:
    counts: np.ndarray

    def fine(self, queue: str, first: int, last: int, periods: int) -> np.ndarray:
        return self.counts[first:last, :periods]

    def monthly(self, queue: str, first: int, last: int) -> np.ndarray:
        return self.counts[first:last].sum(axis=1, keepdims=True)


def read_calls(folder: Path) -> pd.Series:
    """Calls by UTC hour. The merged autumn hour is split in two; the missing spring hour is none."""
    frame = pd.read_csv(folder / FILE)
    local = pd.to_datetime(frame["ds"])
    first = local.dt.tz_localize(ZONE, ambiguous=True, nonexistent="NaT")
    second = local.dt.tz_localize(ZONE, ambiguous=False, nonexistent="NaT")
    twice = (first != second).to_numpy() & first.notna().to_numpy()
    counts = frame["y"].to_numpy(float)
    half = np.floor(counts / 2)
    series = pd.Series(np.where(twice, half, counts), index=first.dt.tz_convert("UTC"))
    late = pd.Series((counts - half)[twice], index=second[twice].dt.tz_convert("UTC"))
    series = pd.concat([series[series.index.notna()], late]).sort_index()
    grid = pd.date_range(series.index[0], series.index[-1], freq="h")
    return series[~series.index.duplicated()].reindex(grid)


def make_operation(within_hours: float) -> Operation:
    shifts = tuple(
        ShiftTemplate(name=name, start_minute=60 * hour, length_minutes=480)
        for name, hour in (("day", 7), ("late", 15), ("night", 23))
    )
    queue = Queue(
        name="calls",
        priority=1,
        zone=ZONE,
        severity=0.0,
        handling=HandlingTime(mean_minutes=MINUTES, cv=1.0, shape=HandlingShape.EXPONENTIAL),
        targets=(Target(share=0.95, within_hours=within_hours),),
    )
    pool = Pool(
        name="crew",
        site="city",
        skills=("calls",),
        languages=(),
        heads=300,
        shifts=shifts,
        hours_per_week=56.0,
        days_per_week=7,
        cost=PoolCost(annual_salary=52_000, load_factor=1.0),
        attrition=Attrition(bands=(AttritionBand(from_months=0, yearly=0.0),)),
        hiring=HiringTerms(lead_weeks=0),
    )
    return Operation(
        name="closed loop",
        zone=ZONE,
        sites=(Site(name="city", zone=ZONE, currency="USD"),),
        queues=(queue,),
        pools=(pool,),
        exposure=ExposureCap.off(),
        occupancy_cap=1.0,
        wellness_minutes_per_exposure_hour=0.0,
    )


def demand_of(counts: np.ndarray, start: pd.Timestamp, backlog: Backlog) -> Demand:
    grid = TimeGrid(start=start, minutes=60, periods=counts.shape[1])
    return Demand(
        grid=grid,
        months=MonthGrid(first=pd.Period(start.tz_localize(None), freq="M"), periods=1),
        queues=("calls",),
        n_paths=len(counts),
        seed=SEED,
        as_of=start,
        source=ArrayPaths(counts),
        backlog=backlog,
    )


def erlang_plan(mean: np.ndarray, operation: Operation, start: pd.Timestamp) -> np.ndarray:
    """Fewest servers by hour, closed in time; then the cheapest shifts that cover them."""
    queue = operation.queues[0]
    need = floor_servers(
        mean * queue.handling.mean_hours,
        target=queue.targets[0],
        handling=queue.handling,
        hours_per_start=queue.handling.mean_hours,
    )
    cover = present_matrix(operation, start)
    shifts = declare("shifts", cover.shape[0], cost=8.0, integer=True)
    # Priced, not hard: on the night of the autumn change no shift of 8 elapsed hours is on for an hour.
    rule = require("cover", {"shifts": cover.T}, lower=need, price=1e3)
    return solve(stack([shifts], [rule]), SolveOptions(gap=1e-3, nodes=200)).take("shifts") @ cover


def present_matrix(operation: Operation, start: pd.Timestamp) -> np.ndarray:
    grid = TimeGrid(start=start, minutes=60, periods=168)
    staffing = staff(demand_of(np.ones((1, 168)), start, Backlog()), operation)
    profile = week_profile(staffing, operation, first=0, periods=168, steady=True)
    return build_week(operation, grid, profile).cover.toarray()


def month_plan(counts: np.ndarray, operation: Operation, start: pd.Timestamp) -> np.ndarray:
    staffing = staff(demand_of(counts[None], start, Backlog()), operation)
    profile = week_profile(staffing, operation, first=0, periods=168, factor=1.1, steady=True)
    week = build_week(operation, cut_grid(staffing.grid, 0, 168), profile)
    solved = solve_week(week, effort=Effort.FULL)
    return np.asarray(solved.shifts @ week.cover.toarray())


def push(
    moments: np.ndarray, handling: np.ndarray, people: np.ndarray, open_since: list[float]
) -> tuple[np.ndarray, list[float]]:
    """First come first served through people(t): closing times, and arrivals still open at the end.

    Whoever has a case in hand when the shift ends finishes it. `open_since` are cases that wait at
    the start (hours before it, negative); they take the first handling times.
    """
    arrivals = np.concatenate([np.array(sorted(open_since)), moments])
    closed = np.full(arrivals.size, np.inf)
    busy: list[float] = []
    waiting: deque[int] = deque()
    n, hour, end = 0, 0, float(people.size)
    while True:
        here = arrivals[n] if n < arrivals.size else np.inf
        change = float(hour + 1)
        now = min(here, busy[0] if busy else np.inf, change)
        if now >= end:
            break
        if now == here:
            waiting.append(n)
            n += 1
        elif busy and now == busy[0]:
            heappop(busy)
        else:
            hour += 1
        while waiting and len(busy) < people[min(hour, people.size - 1)]:
            case = waiting.popleft()
            closed[case] = max(now, 0.0) + handling[case]
            heappush(busy, closed[case])
    left = [float(arrivals[i]) for i in (*waiting, *range(n, arrivals.size))]
    return closed, [moment - end for moment in left]


@dataclass
class Tally:
    share: list[float]
    hours: list[float]
    promised: list[float]
    open_since: list[float]


class Steps(Exception):  # noqa: N818 - a stop, not an error
    """The asked number of weeks is done."""


@dataclass
class State:
    """Tallies by case and method, kept in a file between calls."""

    path: Path | None
    left: int
    cases: dict[str, dict[str, Tally]]

    @classmethod
    def open(cls, path: Path | None, steps: int | None) -> State:
        found = json.loads(path.read_text()) if path and path.exists() else {}
        cases = {
            case: {method: Tally(**fields) for method, fields in tallies.items()}
            for case, tallies in found.items()
        }
        return cls(path=path, left=steps if steps is not None else 10**9, cases=cases)

    def tallies(self, case: str) -> dict[str, Tally]:
        return self.cases.setdefault(case, {m: Tally([], [], [], []) for m in METHODS})

    def week_done(self) -> None:
        if self.path:
            rows = {c: {m: asdict(t) for m, t in ts.items()} for c, ts in self.cases.items()}
            self.path.write_text(json.dumps(rows))
        self.left -= 1
        if self.left <= 0:
            raise Steps


def run(series: pd.Series, within: float, weeks: int, *, case: str, state: State) -> None:
    operation = make_operation(within)
    tallies = state.tallies(case)
    for k in range(len(tallies[METHODS[0]].share), weeks):
        start = (FIRST + pd.DateOffset(weeks=k)).tz_convert("UTC")
        past = series[start - pd.Timedelta(weeks=HISTORY_WEEKS) : start - pd.Timedelta(hours=1)]
        actual = series[start : start + pd.Timedelta(hours=335)].fillna(0.0).to_numpy()
        rng = stream(SEED, "cases", case, k)
        moments = np.sort(
            np.repeat(np.arange(168), actual[:168].astype(int))
            + rng.random(int(actual[:168].sum()))
        )
        handling = rng.exponential(MINUTES / 60, moments.size + 20_000)
        plans = {
            method: plan_week(method, past, actual, operation, start, tallies[method])
            for method in METHODS
        }
        for method, (people, promised) in plans.items():
            tally = tallies[method]
            carried = len(tally.open_since)
            closed, left = push(moments, handling, np.rint(people), tally.open_since)
            last = 168 - within  # later cases are judged by whether they still can be on time
            mine = closed[carried:]
            on_time = mine - moments <= within
            judged = (moments <= last) | np.isfinite(mine)
            tally.share.append(float(on_time[judged].mean()))
            tally.hours.append(float(people.sum()))
            tally.promised.append(promised)
            tally.open_since = left
        done = ", ".join(
            f"{m} {tallies[m].share[-1]:.3f}/{tallies[m].hours[-1]:.0f} h" for m in METHODS
        )
        print(f"  {case}, week {k + 1:2d} {start:%Y-%m-%d}: {done}", flush=True)
        state.week_done()


FORECASTS: dict[tuple[str, pd.Timestamp], Demand] = {}


def plan_week(
    method: str,
    past: pd.Series,
    actual: np.ndarray,
    operation: Operation,
    start: pd.Timestamp,
    tally: Tally,
) -> tuple[np.ndarray, float]:
    """People present by hour of the week, and the promised share."""
    ages = tuple(-moment for moment in tally.open_since)
    backlog = Backlog(queues=("calls",) * len(ages), age_hours=ages)
    key = (str(past.sum()), start)
    if method in ("ours", "Erlang C") and key not in FORECASTS:
        grid = TimeGrid(start=past.index[0], minutes=60, periods=past.size)
        volume = Volume(
            grid=grid,
            labels=(SeriesLabel(queue="calls"),),
            counts=past.to_numpy()[None],
            as_of=start,
            zones=(("calls", ZONE),),
        )
        FORECASTS[key] = forecast(volume, operation, weeks=2, months=1, paths=200, seed=SEED)
    if method == "ours":
        demand = replace(FORECASTS[key], backlog=backlog)
        plan = schedule(staff(demand, operation), operation, weeks=1, confidence=0.9, seed=SEED)
        return plan.present(), plan.promises[0].share
    if method == "clairvoyant":
        plan = schedule(
            staff(demand_of(actual[None], start, backlog), operation), operation, weeks=1
        )
        return plan.present(), plan.promises[0].share
    if method == "Erlang C":
        return erlang_plan(FORECASTS[key].mean("calls")[:168], operation, start), float("nan")
    month = past.to_numpy()[-4 * 168 :].reshape(4, 168)
    return month_plan(np.nanmean(month, axis=0), operation, start), float("nan")


def table(results: dict[str, dict[str, Tally]]) -> str:
    rows = []
    for case, tallies in results.items():
        base = np.sum(tallies["clairvoyant"].hours)
        for method, tally in tallies.items():
            share = np.array(tally.share)
            promised = np.array(tally.promised)
            rows.append(
                {
                    "case": case,
                    "method": method,
                    "weeks": share.size,
                    "mean share": share.mean(),
                    "worst": share.min(),
                    "weeks >= .94": int((share >= 0.94).sum()),
                    "hours / clairvoyant": np.sum(tally.hours) / base,
                    "least promised": promised.min() if np.isfinite(promised).all() else np.nan,
                }
            )
    return pd.DataFrame(rows).round(3).to_string(index=False)


def thin(series: pd.Series, erlang: float, seed: int) -> pd.Series:
    """Each call kept with one probability, so that the mean load of 2019 is `erlang`."""
    rate = erlang / (MINUTES / 60)
    keep = rate / series["2018-07":"2019-06"].mean()
    if keep > 1:
        print(
            f"  the series carries {rate / keep / 6:.1f} Erlang at {MINUTES:g} min: used as it is"
        )
        return series
    counts = stream(SEED, "thin", seed).binomial(series.fillna(0).to_numpy().astype(int), keep)
    return pd.Series(np.where(series.isna(), np.nan, counts), index=series.index)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weeks", type=int, default=26)
    parser.add_argument("--erlang", type=float, nargs="+", default=[30.0, 3.0])
    parser.add_argument("--hours", type=float, nargs="+", default=[4.0, 24.0])
    parser.add_argument("--state", type=Path)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--seeds", type=int, default=3, help="thinning seeds below 10 Erlang")
    options = parser.parse_args()
    if not (options.folder / FILE).exists():
        print(
            f"{options.folder / FILE} is missing: give the folder that holds it.", file=sys.stderr
        )
        return 2
    series = read_calls(options.folder)
    began = time.time()
    state = State.open(options.state, options.steps)
    try:
        for erlang in options.erlang:
            for seed in range(options.seeds if erlang < 10 else 1):
                thinned = thin(series, erlang, seed)
                for within in options.hours:
                    case = f"{erlang:g} Erl {within:g} h" + (f" #{seed}" if erlang < 10 else "")
                    run(thinned, within, options.weeks, case=case, state=state)
    except Steps:
        print("stopped after the asked number of weeks; call again to go on")
    print(table(state.cases))
    print(f"{time.time() - began:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
