"""Play joint weekly paths against the shifts of a week, under the dispatch rule that ships."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from capacity.domain import MeasuredAt, Operation, Promise, Queue, Staffing, Target
from capacity.domain.seeds import stream
from capacity.program.slots import FloatArray, IntArray
from capacity.queueing.handling import handling_points
from capacity.queueing.player import Played, on_time_weight, play_weeks
from capacity.queueing.settling import Settled, SteadyWeek, error_of_mean, settle
from capacity.queueing.staffing import time_left
from capacity.scheduling.weekly import exposure_rules, rules
from capacity.scheduling.weekly.solving import SolvedWeek
from capacity.scheduling.weekly.week import Week


@dataclass(frozen=True, kw_only=True)
class PlayedTarget:
    """One target over the paths: share on time by path, and by path and interval.

    `reach`: how many weeks of other paths a path starts from, so that their shares hang together.
    """

    queue: str
    target: Target
    shares: FloatArray
    on_time: FloatArray
    work: FloatArray
    backlog_cases: float
    oldest_hours: float
    reach: int = 0

    @property
    def weeks_kept(self) -> float:
        """Share of paths that reach the target (a path without cases keeps it)."""
        return float(self.kept.mean())

    @property
    def kept(self) -> np.ndarray:
        """By path: whether the target is reached."""
        return np.isnan(self.shares) | (self.shares >= self.target.share)

    @property
    def share(self) -> float:
        """Share on time over all paths, every case alike: what the plan promises."""
        work = self.work.sum()
        return float((self.on_time * self.work).sum() / work) if work > 0 else 1.0

    @property
    def is_low(self) -> bool:
        """Whether the promise, less one standard error over the paths, is below the target."""
        return self.share - self.standard_error < self.target.share

    @property
    def standard_error(self) -> float:
        """Of the mean share over the paths."""
        shares = self.shares[~np.isnan(self.shares)]
        return float(error_of_mean(shares, self.reach))


@dataclass(frozen=True, kw_only=True)
class PlayedWeek:
    """What the paths made of a plan: one entry a target."""

    targets: tuple[PlayedTarget, ...]
    paths: int

    @property
    def kept(self) -> float:
        """Share of joint paths that keep EVERY target."""
        if not self.targets:
            return 1.0
        return float(np.all([target.kept for target in self.targets], axis=0).mean())


@dataclass(frozen=True, kw_only=True)
class PathWork:
    """Work hours (queues, paths, intervals): `lead` warm-up intervals, the week, a tail."""

    work: FloatArray
    lead: int
    periods: int
    opening: tuple[tuple[int, float, float], ...]


def draw_paths(
    staffing: Staffing,
    operation: Operation,
    *,
    first: int,
    periods: int,
    paths: int,
    steady: bool,
    opening: tuple[tuple[int, float, float], ...],
) -> PathWork:
    """Joint weekly paths with a tail in which the last cases of the week come due.

    A steady week is preceded by the week of another path (the same one for all queues), and that
    by as many as the open work takes to settle (`play_plan`), so that it starts from a backlog
    that the plan itself leaves after weeks like those it is made for; the mean week would leave
    the least. Otherwise it starts from the known opening work.
    """
    tail = min(periods, round(_longest_window(operation) / staffing.grid.hours))
    lead = periods if steady else 0
    total = np.zeros((len(operation.queues), paths, lead + periods + tail))
    for q, name in enumerate(operation.queue_names):
        if name not in staffing.queues:
            continue
        last = min(first + periods + tail, staffing.grid.periods)
        cases = staffing.cases(name, periods=last, paths=paths)[:, first:]
        drawn = draw_work(cases, operation.queue(name), staffing)
        mean = staffing.work(name, periods=first + periods)[:, first:].mean(axis=0)
        total[q, :, lead : lead + drawn.shape[1]] = drawn
        missing = lead + periods + tail - (lead + drawn.shape[1])
        if missing:
            total[q, :, -missing:] = mean[drawn.shape[1] - periods :][:missing]
        if lead:
            total[q, :, :lead] = np.roll(drawn[:, :periods], 1, axis=0)
    return PathWork(work=total, lead=lead, periods=periods, opening=opening)


def draw_work(cases: FloatArray, queue: Queue, staffing: Staffing) -> FloatArray:
    """Hours of work of random handling times: gamma with the mean and variance of their sum."""
    hours = staffing.plan_of(queue.name).hours_per_arrival
    variance = queue.handling.cv**2
    if variance == 0:
        return cases * hours
    rng = stream(staffing.seed, "handling", queue.name)
    return np.asarray(rng.gamma(np.maximum(cases, 0.0) / variance, hours * variance))


def play_plan(solved: SolvedWeek, drawn: PathWork, staffing: Staffing) -> PlayedWeek:
    """Play every path under earliest due date within skills; only what has arrived is seen."""
    week = solved.week
    limits = exposure_by_pool(solved)
    steady = SteadyWeek(
        work=drawn.work[:, :, drawn.lead : drawn.lead + drawn.periods],
        capacity=person_hours(solved),
        skills=week.serves,
        window_hours=np.array([_window(staffing, name) for name in week.operation.queue_names]),
        interval_hours=week.grid.hours,
        is_open=week.profile.open_share > 0,
        severity=week.exposes if limits else None,
        exposure=limits[0] if limits else None,
        exposure_held=limits[1] if limits else None,
    )
    settled = settle(steady) if drawn.lead else Settled(weeks=0)
    played = play_weeks(
        drawn.work,
        _cycle(steady.capacity, drawn),
        steady.skills,
        window_hours=steady.window_hours,
        interval_hours=steady.interval_hours,
        opening=drawn.opening,
        open_before=settled.open_before,
        is_open=_cycle(week.profile.open_share, drawn) > 0,
        severity=steady.severity,
        exposure=_cycle(limits[0], drawn) if limits else None,
        exposure_held=_cycle(limits[1], drawn) if limits else None,
    )
    judge = Judge(played=played, drawn=drawn, week=week, staffing=staffing, reach=settled.weeks)
    targets = [
        judge.judge(q, target)
        for q, queue in enumerate(week.operation.queues)
        if queue.name in staffing.queues
        for target in queue.targets
    ]
    return PlayedWeek(targets=tuple(targets), paths=drawn.work.shape[1])


def person_hours(solved: SolvedWeek) -> FloatArray:
    """Hours of work that each pool can do in each interval of the week, (pools, intervals).

    Time at work less exposure rest, times the occupancy cap; the rest is that of the planned mix.
    """
    week = solved.week
    hours = present_hours(solved)
    flow, layout = solved.values["flow"], solved.layout
    use = np.full(len(week.pools), np.nan)
    for p in range(len(week.pools)):
        mine = layout.flow_pool == p
        rest = week.rest[p, layout.flow_queue[mine]]
        total = flow[mine].sum()
        mean = (
            float(flow[mine] @ rest / total)
            if total > 0
            else float(week.rest[p][week.serves[p]].max(initial=0.0))
        )
        use[p] = 1.0 / week.operation.occupancy_cap + mean
    return np.asarray(hours / use[:, None])


def present_hours(solved: SolvedWeek) -> FloatArray:
    """Hours at work by pool and interval, breaks and in-shift losses taken off."""
    week = solved.week
    parts = rules.present(week)
    total = parts["shifts"] @ solved.shifts
    if solved.breaks.size:
        total = total + parts["breaks"] @ solved.breaks
    return np.asarray(total).reshape(len(week.pools), -1) + rules.carried_hours(week)


def exposure_by_pool(solved: SolvedWeek) -> tuple[FloatArray, FloatArray] | None:
    """Exposure hours that a pool gains by interval, and the most that those present may hold."""
    week = solved.week
    if not solved.layout.exposed_cohort.size:
        return None
    pools, periods = len(week.pools), week.grid.periods
    gains, held = np.zeros((pools, periods)), np.zeros((pools, periods))
    csr = week.exposable
    for c in np.flatnonzero(solved.shifts > 0):
        p = int(week.cohort_pool[c])
        span = slice(csr.indptr[c], csr.indptr[c + 1])
        times, hours = csr.indices[span], csr.data[span]
        if not times.size:
            continue
        total = solved.shifts[c] * min(exposure_rules.daily_limit(week, p), float(hours.sum()))
        begin = int(week.grid.index_of([week.cohorts[c].start])[0])
        early = times < begin  # the part after midnight of a steady week's last night
        share = float(hours[early].sum() / hours.sum())
        gains[p, times[~early].min() if (~early).any() else times.min()] += total * (1 - share)
        if share > 0:
            gains[p, times[early].min()] += total * share
        held[p, times] += total
    free = [p for p in range(pools) if p not in set(week.cohort_pool[solved.layout.exposed_cohort])]
    gains[free] = held[free] = 1e9
    if week.carried.spare is not None:
        gains += week.carried.spare
        held += week.carried.spare
    return gains, held


def promise_week(played: PlayedWeek, week: Week) -> tuple[Promise, ...]:
    """Each target's predicted share with its standard error, weeks kept and worst hour."""
    return tuple(_promise(item, week.operation, week) for item in played.targets)


def _promise(item: PlayedTarget, operation: Operation, week: Week) -> Promise:
    zone = operation.queue(item.queue).zone
    local = week.grid.starts.tz_convert(ZoneInfo(zone))
    hour = np.asarray(local.day_of_week * 24 + local.hour)
    worst, worst_share = _worst_hour(item, hour)
    return Promise(
        queue=item.queue,
        target=item.target,
        share=item.share,
        standard_error=item.standard_error,
        weeks_kept=item.weeks_kept,
        worst_hour=worst,
        worst_hour_share=worst_share,
        backlog_end=item.backlog_cases,
        oldest_hours=item.oldest_hours,
    )


def _worst_hour(item: PlayedTarget, hour: IntArray) -> tuple[int, float]:
    good = np.bincount(hour, (item.on_time * item.work).sum(axis=0), minlength=168)
    all_work = np.bincount(hour, item.work.sum(axis=0), minlength=168)
    share = np.where(all_work > 0, good / np.where(all_work > 0, all_work, 1.0), 1.0)
    return int(share.argmin()), float(share.min())


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Reads the share on time of each target off the played curves."""

    played: Played
    drawn: PathWork
    week: Week
    staffing: Staffing
    reach: int

    def judge(self, q: int, target: Target) -> PlayedTarget:
        """One target of queue number q over the cases that arrive in the week."""
        queue = self.week.operation.queues[q]
        points = None
        if target.measured_at is MeasuredAt.CLOSED:
            points = handling_points(queue.handling, 16)
        weight = on_time_weight(
            self.played, q, within_hours=time_left(queue, target), handling_hours=points
        )
        end = self.drawn.lead + self.drawn.periods
        inside = slice(self.drawn.lead, end)
        work, on_time = self.drawn.work[q][:, inside], weight[:, inside]
        total = work.sum(axis=1)
        good = (work * on_time).sum(axis=1)
        shares = np.where(total > 0, good / np.where(total > 0, total, 1.0), np.nan)
        hours_per_case = self.staffing.plan_of(queue.name).hours_per_arrival
        return PlayedTarget(
            queue=queue.name,
            target=target,
            shares=shares,
            on_time=on_time,
            work=work,
            backlog_cases=float(self.played.backlog[q][:, end].mean() / hours_per_case),
            oldest_hours=_oldest(self.played, q, end),
            reach=self.reach,
        )


def _oldest(played: Played, q: int, end: int) -> float:
    """Mean over paths of the age of the oldest open case at the end of the week."""
    done = played.served[q][:, end] + 1e-9
    first = (played.arrived[q][:, : end + 1] <= done[:, None]).sum(axis=1)
    return float(np.maximum(0, end + 1 - first).mean() * played.interval_hours)


def _cycle(values: FloatArray, drawn: PathWork) -> FloatArray:
    """The week's intervals repeated over lead, week and tail."""
    size, periods = drawn.work.shape[2], drawn.periods
    return np.asarray(values[:, (np.arange(size) - drawn.lead) % periods])


def _window(staffing: Staffing, name: str) -> float:
    if name not in staffing.queues:
        return 168.0
    return min(staffing.plan_of(name).window_hours, 24.0 * 365)


def _longest_window(operation: Operation) -> float:
    hours = [target.within_hours for queue in operation.queues for target in queue.targets]
    return max([24.0, *hours])
