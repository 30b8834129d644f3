"""Run the members on one group of like series: forecasts at rolling origins, and the facts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.forecasting.chunks import work_in_chunks
from capacity.forecasting.members.catalogue import (
    YEAR_OF_WEEKS,
    Member,
    classical_members,
    members_for,
    sparse_members,
)
from capacity.forecasting.members.classical import ClassicalModel
from capacity.forecasting.panel import Bools, Floats, Ints, Panel, align
from capacity.forecasting.shifts import Shift, bring_to_level, find_shifts
from capacity.forecasting.sparse import estimate_dispersion
from capacity.forecasting.taming import LONGEST_SEASON, tame
from capacity.forecasting.transforms import Scale, rescale

ORIGINS = 10  # rolling origins for weights and trajectories
LONGEST_STEPS, LONGEST_CYCLES = 1000, 26  # history used: the larger of the two
LEAST_STEPS = 8  # below this many values a series has no rolling origins
RECENT_STEPS = 26  # recent changes of which the present roughness is taken
CHUNK = 128  # series that run through the members side by side
DISPERSION_STEPS = 182  # running mean around which the spread of small counts is taken


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is asked of every group.

    ``reach`` is the lead time that history can score, ``extra`` lists members of statsmodels.
    """

    seasons: tuple[int, ...]
    horizon: int
    reach: int
    extra: tuple[ClassicalModel, ...] = ()

    @property
    def longest(self) -> int:
        """Steps of history used."""
        return max(LONGEST_STEPS, LONGEST_CYCLES * max(self.seasons, default=1))

    @property
    def season(self) -> int:
        """Shortest season."""
        return min((season for season in self.seasons if season > 1), default=1)


@dataclass(frozen=True, kw_only=True)
class GroupRun:
    """What members said: forecasts (series, members, origins + 1, horizon), the last from now.

    ``actual`` (series, origins, reach) is nan where nothing may be scored; ``allowed`` (series,
    members) says which members ran; ``unit`` is the mean size, ``noise`` the one-step roughness
    on the root scale; ``dispersion``, ``cases`` and ``steps`` describe small counts.
    """

    forecasts: Floats
    actual: Floats
    allowed: Bools
    members: tuple[str, ...]
    unit: Floats
    noise: Floats
    signed: Bools
    dispersion: Floats
    cases: Floats
    steps: Floats
    overlap: float
    shifts: tuple[Shift, ...]


def run_group(history: list[Floats], task: Task, *, sparse: bool) -> GroupRun:
    """Run all members on series of like length."""
    panel = align(history, seasons=task.seasons, longest=task.longest)
    signed = np.where(panel.observed, panel.values, 0.0).min(axis=1) < 0
    wanted, origins, least = _origins(panel, task)
    members = sparse_members(panel) if sparse else members_for(panel)
    extra = () if sparse else classical_members(task.extra)
    exempt = np.ones(panel.size, dtype=bool) if sparse else signed
    tamed = tame(panel, exempt)
    forecasts = _forecast(tamed, members, origins, task.horizon)
    allowed = np.ones((panel.size, len(members) + len(extra)), dtype=bool)
    if extra:  # one thread: statsmodels warns through global state
        slow = _forecast(tamed, extra, origins, task.horizon, chunk=panel.size)
        allowed[:, len(members) :] = np.isfinite(slow).all(axis=(2, 3))
        slow = np.where(allowed[:, len(members) :, None, None], slow, forecasts[:, :1])
        forecasts = np.concatenate([forecasts, slow], axis=1)
    shifts = _shifts(tamed, exempt)
    if shifts:
        rows = np.asarray([shift.row for shift in shifts])
        leveled = Panel(
            values=bring_to_level(tamed.values, shifts)[rows],
            observed=panel.observed[rows],
            seasons=panel.seasons,
        )
        now = _forecast(leveled, members, origins[-1:], task.horizon)
        forecasts[rows, : len(members), -1:] = now
    unit = rescale(panel, Scale.COUNT).unit
    return GroupRun(
        forecasts=forecasts,
        actual=_actuals(panel, wanted, origins, task.reach, least),
        allowed=allowed,
        members=tuple(member.name for member in (*members, *extra)),
        unit=unit,
        noise=_roughness(panel, unit, signed),
        signed=signed,
        dispersion=_dispersion(panel),
        cases=np.where(panel.observed, panel.values, 0.0).sum(axis=1),
        steps=panel.observed.sum(axis=1).astype(np.float64),
        overlap=float(np.clip(1 - (wanted[1] - wanted[0]) / task.reach, 0.0, 1.0)),
        shifts=shifts,
    )


def join_runs(runs: list[GroupRun], order: Ints) -> GroupRun:
    """Put groups side by side; a member that did not run in a group is not allowed there."""
    names = max((run.members for run in runs), key=len)
    forecasts, allowed = [], []
    for run in runs:
        place = [run.members.index(name) if name in run.members else -1 for name in names]
        forecasts.append(run.forecasts[:, place])
        allowed.append(run.allowed[:, place] & (np.asarray(place) >= 0))
    first = np.cumsum([0, *(len(run.unit) for run in runs)])
    place_of = np.argsort(order, kind="stable")
    shifts = [
        Shift(
            row=int(place_of[start + shift.row]),
            after=shift.after,
            ratio=shift.ratio,
            score=shift.score,
        )
        for start, run in zip(first, runs, strict=False)
        for shift in run.shifts
    ]
    plain = ("actual", "unit", "noise", "signed", "dispersion", "cases", "steps")
    return GroupRun(
        forecasts=np.concatenate(forecasts)[order],
        allowed=np.concatenate(allowed)[order],
        members=names,
        shifts=tuple(shifts),
        overlap=float(np.mean([run.overlap for run in runs])),
        **{name: np.concatenate([getattr(run, name) for run in runs])[order] for name in plain},
    )


def _forecast(
    panel: Panel,
    members: tuple[Member, ...],
    origins: Ints,
    horizon: int,
    *,
    chunk: int = CHUNK,
) -> Floats:
    forecasts = np.empty((panel.size, len(members), len(origins), horizon))
    wanted = {member.scale for member in members}

    def forecast_rows(rows: slice) -> None:
        part = panel.take(rows)
        scales = {scale: rescale(part, scale) for scale in wanted}
        for order, member in enumerate(members):
            scaled = scales[member.scale]
            ahead = member.kernel(scaled, part, origins, horizon)
            forecasts[rows, order] = scaled.back(ahead)

    work_in_chunks(panel.size, forecast_rows, chunk=chunk)
    return forecasts


def _origins(panel: Panel, task: Task) -> tuple[Ints, Ints, int]:
    """Rolling origins wanted, those that can be run (with the present last), least history."""
    length = panel.length
    least = max(length // 2, min(2 * panel.cycle, length - 1), min(LEAST_STEPS, length))
    step = _origin_step(task, length - task.reach - least)
    wanted = length - task.reach - step * np.arange(ORIGINS)[::-1]
    origins = np.append(np.maximum(wanted, min(least, length)), length)
    return wanted, origins, least


def _origin_step(task: Task, room: int) -> int:
    """Distance between origins: about half the horizon, never in phase with the season."""
    step = max(1, round(task.reach * (0.6 if task.reach >= 24 else 0.4)))
    step = max(1, min(step, room // (ORIGINS - 1)))
    while task.season > 1 and step % task.season == 0:
        step += 1
    return step


def _shifts(panel: Panel, exempt: Bools) -> tuple[Shift, ...]:
    season = min(panel.seasons, default=LONGEST_SEASON + 1)
    if panel.is_yearly or season > LONGEST_SEASON:
        return ()
    return find_shifts(panel.values, np.flatnonzero(~exempt), season=season)


def _actuals(panel: Panel, wanted: Ints, origins: Ints, reach: int, least: int) -> Floats:
    start = panel.observed.argmax(axis=1)
    actual = np.full((panel.size, len(wanted), reach), np.nan)
    for order, origin in enumerate(wanted):
        if origin < origins[order]:
            continue
        window = slice(int(origin), int(origin) + reach)
        seen = panel.observed[:, window] & (origin - start >= least * 0.6)[:, None]
        actual[:, order] = np.where(seen, panel.values[:, window], np.nan)
    return actual


def _roughness(panel: Panel, unit: Floats, signed: Bools) -> Floats:
    """Root mean square change over a season on the root scale: how far a series can go.

    Where a season is a year, the geometric mean with the change of single steps in the recent
    past, which says how restless the series is now.
    """
    scaled = panel.values / unit[:, None]
    root = np.where(signed[:, None], scaled, np.sqrt(np.maximum(scaled, 0.0)))
    season = min(panel.seasons, default=min(YEAR_OF_WEEKS, panel.length // 3))
    wide = _change(root, panel.observed, season)
    if not panel.is_yearly:
        return wide
    recent = slice(-RECENT_STEPS - 1, None)
    near = _change(root[:, recent], panel.observed[:, recent], 1)
    return np.asarray(np.sqrt(wide * np.where(near > 0, near, wide)))


def _change(root: Floats, observed: Bools, lag: int) -> Floats:
    """Root mean square change over ``lag`` steps, 0 where nothing was seen."""
    change = root[:, lag:] - root[:, :-lag]
    both = observed[:, lag:] & observed[:, :-lag]
    energy = np.where(both, change**2, 0.0).sum(axis=1) / np.maximum(both.sum(axis=1), 1)
    return np.asarray(np.sqrt(energy))


def _dispersion(panel: Panel) -> Floats:
    """Variance over mean around a centred running mean, wide enough to cost little of it."""
    width = max(1, min(panel.length // 2, DISPERSION_STEPS))
    padded = np.concatenate([np.zeros((panel.size, 1)), panel.values.cumsum(axis=1)], axis=1)
    middle = np.arange(panel.length)
    start = np.maximum(middle - width // 2, 0)
    stop = np.minimum(start + width, panel.length)
    span = stop - start
    local = (padded[:, stop] - padded[:, start]) / span
    freedom = span / np.maximum(span - 1, 1)
    spread = panel.values + (panel.values - local) * (np.sqrt(freedom) - 1)
    return estimate_dispersion(spread, panel.observed, np.maximum(local, 0.0))
