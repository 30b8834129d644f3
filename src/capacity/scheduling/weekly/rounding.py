"""Whole shifts and breaks from relaxed ones, within the hard head limits."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from capacity.program import Program, Session, Solution
from capacity.program.slots import FloatArray, IntArray
from capacity.scheduling.weekly.rules import head_limits
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
    """Whole heads that still fit every limit on the heads of a pool."""

    def __init__(self, week: Week, shifts: FloatArray | None = None) -> None:
        count = len(week.cohorts)
        parts, upper = [sparse.csr_array((0, count))], [np.zeros(0)]
        if week.limits is not None:
            for rule in head_limits(week, week.limits):
                parts.append(rule.matrix["shifts"])
                upper.append(rule.upper)
        self._use = sparse.csc_array(sparse.vstack(parts))
        self._left = np.concatenate(upper)
        if shifts is not None:
            self._left -= self._use @ shifts

    def left(self, cohort: int) -> float:
        """Heads that may be added to a cohort."""
        rows, use = self._column(cohort)
        most = float((self._left[rows] / use).min(initial=np.inf))
        return float(np.floor(max(most, 0.0) + EPS))

    def use(self, cohort: int, heads: float) -> None:
        """Take heads away."""
        rows, use = self._column(cohort)
        self._left[rows] -= heads * use

    def _column(self, cohort: int) -> tuple[IntArray, FloatArray]:
        part = slice(self._use.indptr[cohort], self._use.indptr[cohort + 1])
        return self._use.indices[part], self._use.data[part]


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
