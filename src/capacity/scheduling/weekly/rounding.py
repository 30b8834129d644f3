"""Whole shifts and breaks from relaxed ones, within the hard head limits."""

from __future__ import annotations

import numpy as np

from capacity.program import Program, Session, Solution
from capacity.program.slots import FloatArray, IntArray
from capacity.scheduling.weekly.week import Week

EPS = 1e-6
REPAIRS = 40
PATIENCE = 4  # moves in a row that may fail before the repair ends
WIDTH = 4  # shifts to add and to drop that are paired into exchanges


def dive_shifts(
    session: Session,
    program: Program,
    relaxed: Solution,
    week: Week,
    *,
    patience: int = PATIENCE,
) -> Solution:
    """Round day by day and re-solve what is left, then add or drop single shifts that pay.

    Error diffusion inside each day (the running sum of a pool is rounded up, what is rounded up
    is owed back), and the relaxation of the following days answers to what was rounded before
    them. Returns the best flows of the whole shifts found.
    """
    place = program.columns["shifts"]
    lower, upper = program.lower.copy(), program.upper.copy()
    owed = np.zeros(len(week.pools))
    room = Room(week)
    current = relaxed
    for day in range(len(week.days)):
        today = np.flatnonzero(week.cohort_day == day)
        if not today.size:
            continue
        wanted = current.take("shifts")
        whole, owed = round_day(wanted, today, owed, week, room)
        columns = place.start + today
        lower[columns] = upper[columns] = whole
        current = session.solve(lower=lower, upper=upper)
        if not current.status.has_solution:
            return _fallback(session, program, relaxed, week)
    return repair_shifts(session, program, current, week, patience=patience)


def round_day(
    relaxed: FloatArray, today: IntArray, owed: FloatArray, week: Week, room: Room
) -> tuple[FloatArray, FloatArray]:
    """Whole heads of one day's cohorts and what each pool is still owed."""
    owed = owed.copy()
    whole = np.zeros(today.size)
    starts = np.array([week.cohorts[c].start.value for c in today])
    for i in np.argsort(starts, kind="stable"):
        c = int(today[i])
        pool = int(week.cohort_pool[c])
        owed[pool] += relaxed[c]
        # A cohort that the relaxed plan leaves empty stays empty: its hour may need nobody.
        wanted = min(np.ceil(owed[pool] - 0.5), np.ceil(relaxed[c] - EPS))
        whole[i] = max(0.0, min(wanted, room.left(c)))
        owed[pool] -= whole[i]
        room.use(c, whole[i])
    return whole, owed


def repair_shifts(
    session: Session, program: Program, current: Solution, week: Week, *, patience: int = PATIENCE
) -> Solution:
    """Add, drop or exchange the shifts for which the duals promise most, while it helps.

    Ends after `patience` moves in a row that did not lower the cost.
    """
    place = program.columns["shifts"]
    failed: set[Move] = set()
    for _ in range(REPAIRS):
        move = _best_move(program, current, week, failed, patience)
        if move is None:
            break
        shifts = np.round(current.take("shifts"))
        for cohort, step in move:
            shifts[cohort] += step
        lower, upper = program.lower.copy(), program.upper.copy()
        lower[place] = upper[place] = shifts
        changed = session.solve(lower=lower, upper=upper)
        if changed.status.has_solution and changed.objective < current.objective - EPS:
            current, failed = changed, set()
        else:
            failed.add(move)
    return current


Move = tuple[tuple[int, int], ...]


def _best_move(
    program: Program, current: Solution, week: Week, failed: set[Move], patience: int
) -> Move | None:
    """One shift more or one less; when `patience` of those failed, an exchange within a pool."""
    if current.row_dual is None:
        return None
    place = program.columns["shifts"]
    reduced = (program.cost - program.matrix.T @ current.row_dual)[place]
    shifts = np.round(current.take("shifts"))
    room = Room(week, shifts)
    order = np.argsort(reduced, kind="stable")
    low = program.lower[place]
    more = [int(c) for c in order if reduced[c] < -EPS]
    less = [int(c) for c in order[::-1] if reduced[c] > EPS and shifts[c] >= 1 + low[c]]
    singles: list[tuple[float, Move]] = [(reduced[c], ((c, 1),)) for c in more if room.left(c) >= 1]
    singles += [(-reduced[c], ((c, -1),)) for c in less]
    swaps: list[tuple[float, Move]] = [
        (reduced[c] - reduced[k], ((c, 1), (k, -1)))
        for c in more[:WIDTH]
        for k in less[:WIDTH]
        if week.cohort_pool[c] == week.cohort_pool[k] and _swap_fits(week, shifts, c, k)
    ]
    for moves, size in ((singles, 1), (swaps, 2)):
        tried = sum(len(move) == size for move in failed)
        left = [item for item in moves if item[1] not in failed]
        if left and tried < patience:
            return min(left)[1]
    return None


def _swap_fits(week: Week, shifts: FloatArray, more: int, less: int) -> bool:
    moved = shifts.copy()
    moved[less] -= 1
    return Room(week, moved).left(more) >= 1


class Room:
    """Whole heads that still fit: by pool and date, and by pool and calendar week."""

    def __init__(self, week: Week, shifts: FloatArray | None = None) -> None:
        self.week = week
        mondays = np.array([day.toordinal() - day.weekday() for day in week.days])
        self.number = np.unique(mondays, return_inverse=True)[1]
        pools = len(week.pools)
        calendar = (pools, int(self.number.max(initial=-1)) + 1)
        self.heads = np.full((pools, len(week.days)), np.inf)
        self.shifts, self.hours = np.full(calendar, np.inf), np.full(calendar, np.inf)
        if week.limits is not None:
            self.heads = week.limits.day_heads.copy()
            more = week.limits.overtime_hours
            self.shifts[:] = (week.limits.week_shifts + more / week.limits.shortest_shift)[:, None]
            self.hours[:] = (week.limits.week_hours + more)[:, None]
        self._take_carried()
        for c, heads in enumerate(() if shifts is None else shifts.tolist()):
            self.use(c, heads)

    def left(self, cohort: int) -> float:
        """Heads that may be added to a cohort."""
        pool, day, calendar = self._cell(cohort)
        hours = self.hours[pool, calendar] / self.week.paid_hours[cohort]
        most = min(self.heads[pool, day], self.shifts[pool, calendar], hours)
        return float(np.floor(max(most, 0.0) + EPS))

    def use(self, cohort: int, heads: float) -> None:
        """Take heads away."""
        pool, day, calendar = self._cell(cohort)
        self.heads[pool, day] -= heads
        self.shifts[pool, calendar] -= heads
        self.hours[pool, calendar] -= heads * self.week.paid_hours[cohort]

    def _cell(self, cohort: int) -> tuple[int, int, int]:
        day = int(self.week.cohort_day[cohort])
        return int(self.week.cohort_pool[cohort]), day, int(self.number[day])

    def _take_carried(self) -> None:
        place = {day: n for n, day in enumerate(self.week.days)}
        mondays = {day.toordinal() - day.weekday(): self.number[n] for day, n in place.items()}
        for pool, day, heads, hours in self.week.carried.worked:
            calendar = mondays.get(day.toordinal() - day.weekday())
            if calendar is None:
                continue
            self.shifts[pool, calendar] -= heads
            self.hours[pool, calendar] -= hours
            if day in place:
                self.heads[pool, place[day]] -= heads


def _fallback(session: Session, program: Program, relaxed: Solution, week: Week) -> Solution:
    """Round down, which always fits the limits, and repair upwards."""
    place = program.columns["shifts"]
    lower, upper = program.lower.copy(), program.upper.copy()
    floor = np.maximum(np.floor(relaxed.take("shifts") + EPS), program.lower[place])
    lower[place] = upper[place] = floor
    return repair_shifts(session, program, session.solve(lower=lower, upper=upper), week)


def round_breaks(relaxed: FloatArray, week: Week, shifts: FloatArray) -> FloatArray:
    """Whole heads at each break position; each cohort and break adds up to its heads."""
    whole = np.zeros(relaxed.size)
    for places in break_groups(week):
        heads = shifts[week.breaks.cohort[places[0]]]
        share = relaxed[places]
        total = share.sum()
        share = share * heads / total if total > EPS else np.full(places.size, heads / places.size)
        running = np.round(np.cumsum(share) + EPS)
        running[-1] = heads
        whole[places] = np.diff(np.minimum(running, heads), prepend=0.0)
    return whole


def break_groups(week: Week) -> list[IntArray]:
    """Break positions by cohort and number of the break."""
    keys = week.breaks.cohort * (1 + int(week.breaks.number.max(initial=0))) + week.breaks.number
    return [np.flatnonzero(keys == key) for key in np.unique(keys)]
