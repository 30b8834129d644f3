"""The rules of a week: one small function each, a sentence a manager would say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from capacity.program import Rule, require
from capacity.program.slots import FloatArray, IntArray
from capacity.scheduling.weekly.decisions import Layout, Prices, window_sums
from capacity.scheduling.weekly.head_rows import list_head_rows
from capacity.scheduling.weekly.week import TeamLimits, Week


def give_breaks(week: Week) -> Rule:
    """Everybody on a shift takes each of its breaks once, inside its window."""
    pairs, row = np.unique(
        np.stack([week.breaks.cohort, week.breaks.number], axis=1), axis=0, return_inverse=True
    )
    rows = len(pairs)
    return require(
        "breaks",
        {
            "breaks": place(row.ravel(), np.arange(row.size), 1.0, (rows, row.size)),
            "shifts": place(np.arange(rows), pairs[:, 0], -1.0, (rows, len(week.cohorts))),
        },
        lower=0.0,
        upper=0.0,
    )


def keep_occupancy(week: Week, layout: Layout) -> Rule:
    """Work done, over the occupancy cap, and exposure rest fit into the time of those present.

    sum_q (1 / occupancy + rest_q) y <= (1 - in-shift loss) (hours on shift - breaks).
    """
    pools, periods = len(week.pools), week.grid.periods
    use = 1.0 / week.operation.occupancy_cap + week.rest[layout.flow_pool, layout.flow_queue]
    row = layout.flow_pool * periods + layout.flow_time
    shape = (pools * periods, row.size)
    return require(
        "occupancy",
        {"flow": place(row, np.arange(row.size), use, shape)} | _less(present(week)),
        upper=carried_hours(week).ravel(),
    )


def seat_floors(week: Week, layout: Layout) -> Rule:
    """Heads counted towards floors are on shift and not on a break, each for one queue.

    Meetings are held by those whom no floor needs; their time is taken once, in `keep_occupancy`.
    """
    periods = week.grid.periods
    row = layout.floor_pool * periods + layout.floor_time
    used = np.unique(row)
    part = place(np.searchsorted(used, row), np.arange(row.size), 1.0, (used.size, row.size))
    keep = np.array([week.present_share(p) for p in range(len(week.pools))])[used // periods]
    scale = sparse.diags_array(1.0 / (keep * week.grid.hours))
    heads = {name: scale @ matrix[used] for name, matrix in present(week).items()}
    carried = carried_hours(week).ravel()[used] / (keep * week.grid.hours)
    return require("floor seats", {"floor_heads": part} | _less(heads), upper=carried)


def cover_floors(week: Week, layout: Layout, prices: Prices) -> Rule:
    """Each queue with a short target has its floor of reviewers in every interval."""
    queues, times = np.nonzero(week.profile.floors > 0)
    periods = week.grid.periods
    wanted = queues * periods + times
    row = np.searchsorted(wanted, layout.floor_queue * periods + layout.floor_time)
    shape = (wanted.size, row.size)
    return require(
        "floors",
        {"floor_heads": place(row, np.arange(row.size), 1.0, shape)},
        lower=week.profile.floors[queues, times],
        price=prices.floor[queues],
    )


def balance_work(week: Week, layout: Layout) -> Rule:
    """Open work = open work before + arrivals - served (late service apart) - set aside."""
    queues, periods = week.profile.work.shape
    cells = np.arange(queues * periods)
    served = layout.flow_queue * periods + layout.flow_time
    shape = (cells.size, cells.size)
    start = np.zeros((queues, periods))
    for queue, left, work in week.profile.opening:
        start[queue, 0] += work if left > 0 else 0.0
    amount = (week.profile.work + start).ravel()
    return require(
        "work",
        {
            "open": _steps(queues, periods, wrap=week.profile.steady),
            "flow": place(served, np.arange(served.size), 1.0, (cells.size, served.size)),
            "served_late": place(cells, cells, -1.0, shape),
            "late": place(cells, cells, 1.0, shape),
        },
        lower=amount,
        upper=amount,
    )


def balance_late(week: Week) -> Rule:
    """Open late work = before + set aside - served late - undone; overdue opening work is late."""
    queues, periods = week.profile.work.shape
    cells = np.arange(queues * periods)
    shape = (cells.size, cells.size)
    amount = overdue_work(week).ravel()
    return require(
        "late work",
        {
            "open_late": _steps(queues, periods, wrap=week.profile.steady),
            "late": place(cells, cells, -1.0, shape),
            "served_late": place(cells, cells, 1.0, shape),
            "undone": place(cells, cells, 1.0, shape),
        },
        lower=amount,
        upper=amount,
    )


def serve_late(week: Week) -> Rule:
    """Late work has a second deadline, one more window: it is served or counted as undone."""
    queues, periods = week.profile.work.shape
    rows, columns = [], []
    limit = np.zeros((queues, periods))
    for q in range(queues):
        terms = max(int(week.profile.terms[q]), round(24 / week.grid.hours))
        row, column = _window_cells(periods, min(terms, periods), wrap=week.profile.steady)
        rows.append(row + q * periods)
        columns.append(column + q * periods)
        limit[q] = window_sums(overdue_work(week)[q], min(terms, periods), wrap=False)
    row, column = np.concatenate(rows), np.concatenate(columns)
    cells = queues * periods
    unit = np.arange(cells)
    return require(
        "second deadline",
        {
            "open_late": place(unit, unit, 1.0, (cells, cells)),
            "late": place(row, column, -1.0, (cells, cells)),
        },
        upper=limit.ravel(),
    )


def allow_late(week: Week, prices: Prices) -> Rule:
    """The late work of a queue stays within its allowed share, or costs much more."""
    queues, periods = week.profile.work.shape
    cells = np.arange(queues * periods)
    return require(
        "late share",
        {"late": place(cells // periods, cells, 1.0, (queues, cells.size))},
        upper=week.profile.late_share * week.profile.work.sum(axis=1),
        price=prices.beyond,
    )


def head_limits(week: Week, limits: TeamLimits) -> list[Rule]:
    """Every limit on whole heads, overtime at its most."""
    weekly = limit_weeks(week, limits)
    if "overtime" in weekly.matrix:
        weeks = weekly.matrix["overtime"].shape[1] // len(week.pools)
        most = -(weekly.matrix["overtime"] @ np.repeat(limits.overtime_hours, weeks))
        weekly = replace(weekly, upper=weekly.upper + most)
    return [limit_days(week, limits), weekly, *limit_heads(week, limits)]


def limit_days(week: Week, limits: TeamLimits) -> Rule:
    """Nobody works twice on a local date: heads of a pool and date stay within those available."""
    row, height = day_rows(week)
    part = place(row, np.arange(row.size), 1.0, (height, row.size))
    upper = limits.day_heads - _worked(week)
    least = np.full(height, np.inf)
    cell = np.arange(len(week.pools))[:, None] * (height // len(week.pools)) + day_keys(week)
    np.minimum.at(least, cell.ravel(), upper.ravel())
    return require("heads a day", {"shifts": part}, upper=np.maximum(least, 0.0))


def limit_heads(week: Week, limits: TeamLimits) -> list[Rule]:
    """Rest, sequences, days in a row, days off and weekends of those who can be present."""
    return [
        require(rows.name, {"shifts": rows.matrix}, upper=rows.upper(limits.heads))
        for rows in list_head_rows(week)
    ]


def day_keys(week: Week) -> IntArray:
    """Number of each date; in a week that wraps the same weekday is one day."""
    if not week.wrap:
        return np.arange(len(week.days))
    return np.unique([day.weekday() for day in week.days], return_inverse=True)[1]


def day_rows(week: Week) -> tuple[IntArray, int]:
    """Row of each cohort by pool and day, and how many rows there are."""
    keys = day_keys(week)
    days = int(keys.max(initial=-1)) + 1
    return np.asarray(week.cohort_pool * days + keys[week.cohort_day]), len(week.pools) * days


def limit_weeks(week: Week, limits: TeamLimits) -> Rule:
    """Shifts and paid hours of a calendar week stay within contracts and overtime of those available."""
    weeks, number = calendar_weeks(week)
    row = week.cohort_pool * weeks.size + number
    shape = (len(week.pools) * weeks.size, row.size)
    index = np.arange(row.size)
    parts = [place(row, index, 1.0, shape), place(row, index, week.paid_hours, shape)]
    worked, paid = _worked_by_week(week, weeks)
    shifts = limits.week_shifts[:, None] - worked
    hours = limits.week_hours[:, None] - paid
    upper = np.concatenate([shifts.ravel(), hours.ravel()])
    matrix = {"shifts": sparse.csr_array(sparse.vstack(parts))}
    if limits.overtime_hours.any():
        one = sparse.eye_array(shape[0], format="csr")
        more = sparse.diags_array(np.repeat(1 / limits.shortest_shift, weeks.size))
        matrix["overtime"] = -sparse.csr_array(sparse.vstack([more @ one, one]))
    return require("shifts a week", matrix, upper=np.maximum(upper, 0.0))


def calendar_weeks(week: Week) -> tuple[IntArray, IntArray]:
    """Mondays (as ordinals) of the calendar weeks, and the number of each cohort's week.

    A week that wraps is one calendar week: its last Monday stands for its first.
    """
    mondays = np.array([day.toordinal() - day.weekday() for day in week.days])
    if week.wrap and mondays.size:
        mondays[:] = np.bincount(mondays - mondays.min()).argmax() + mondays.min()
    weeks = np.unique(mondays)
    return weeks, np.searchsorted(weeks, mondays)[week.cohort_day]


def present(week: Week) -> dict[str, sparse.csr_array]:
    """Hours at work by (pool, interval): on shift less breaks, times one less the in-shift loss."""
    pools, periods = len(week.pools), week.grid.periods
    keep = np.array([week.present_share(p) for p in range(pools)])
    coo, pause = week.cover.tocoo(), week.breaks.hours.tocoo()
    pool = week.cohort_pool[coo.coords[0]]
    pause_pool = week.cohort_pool[week.breaks.cohort[pause.coords[0]]]
    height = pools * periods
    return {
        "shifts": place(
            pool * periods + coo.coords[1],
            coo.coords[0],
            coo.data * keep[pool],
            (height, len(week.cohorts)),
        ),
        "breaks": place(
            pause_pool * periods + pause.coords[1],
            pause.coords[0],
            -pause.data * keep[pause_pool],
            (height, week.breaks.cohort.size),
        ),
    }


def place(
    rows: IntArray, columns: IntArray, values: FloatArray | float, shape: tuple[int, int]
) -> sparse.csr_array:
    """A sparse matrix from coordinates; equal places add up."""
    data = np.broadcast_to(np.asarray(values, dtype=float), np.shape(rows))
    return sparse.csr_array((data, (rows, columns)), shape=shape)


def _less(parts: dict[str, sparse.csr_array]) -> dict[str, sparse.csr_array]:
    return {name: -matrix for name, matrix in parts.items()}


def carried_hours(week: Week) -> FloatArray:
    """Hours at work by (pool, interval) of people who started before the week."""
    pools, periods = len(week.pools), week.grid.periods
    if week.carried.presence is None:
        return np.zeros((pools, periods))
    keep = np.array([week.present_share(p) for p in range(pools)])
    return np.asarray(week.carried.presence * keep[:, None])


def _steps(queues: int, periods: int, *, wrap: bool) -> sparse.csr_array:
    """Level at the end of an interval less the level before it, queue by queue."""
    cells = np.arange(queues * periods)
    before = np.where(cells % periods > 0, cells - 1, cells + periods - 1)
    kept = np.ones(cells.size, dtype=bool) if wrap else cells % periods > 0
    size = (cells.size, cells.size)
    return place(cells, cells, 1.0, size) - place(cells[kept], before[kept], 1.0, size)


def _window_cells(periods: int, terms: int, *, wrap: bool) -> tuple[IntArray, IntArray]:
    back = np.arange(terms)
    row = np.repeat(np.arange(periods), terms)
    column = (np.arange(periods)[:, None] - back[None, :]).ravel()
    kept = np.ones(column.size, dtype=bool) if wrap else column >= 0
    return row[kept], column[kept] % periods


def overdue_work(week: Week) -> FloatArray:
    """Opening work that was due before the week began, in its first interval."""
    amount = np.zeros(week.profile.work.shape)
    for queue, left, work in week.profile.opening:
        amount[queue, 0] += work if left <= 0 else 0.0
    return amount


def _worked(week: Week) -> FloatArray:
    """Heads already given on the dates of this week by the week before."""
    heads = np.zeros((len(week.pools), len(week.days)))
    place_of = {day: n for n, day in enumerate(week.days)}
    for pool, day, count, _ in week.carried.worked:
        if day in place_of:
            heads[pool, place_of[day]] += count
    return heads


def _worked_by_week(week: Week, mondays: IntArray) -> tuple[FloatArray, FloatArray]:
    """Shifts and paid hours already given in the calendar weeks that this week reaches into."""
    shifts = np.zeros((len(week.pools), mondays.size))
    paid = np.zeros_like(shifts)
    for pool, day, count, hours in week.carried.worked:
        found = np.flatnonzero(mondays == day.toordinal() - day.weekday())
        shifts[pool, found] += count
        paid[pool, found] += hours
    return shifts, paid
