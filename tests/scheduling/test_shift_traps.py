"""The traps of deadline programs: each would promise what first-in-first-out cannot keep."""

from dataclasses import replace

import numpy as np
import pytest

from capacity.domain import Effort, ExposureCap, Shrinkage, Target
from capacity.queueing import staff
from capacity.scheduling.weekly.decisions import open_limits, window_sums
from capacity.scheduling.weekly.solving import solve_week
from capacity.scheduling.weekly.week import build_week, cut_grid, week_profile, window_terms
from tests.builders import toy_demand, toy_operation, toy_pool, toy_queue
from tests.oracles.scheduling import on_time_share

FREE = ExposureCap.off()


def week_of(*, heads=200, within_hours=24.0, share=0.95, steady=True, per_hour=200.0, factor=1.0):
    queue = toy_queue(
        within_hours=within_hours, targets=(Target(share=share, within_hours=within_hours),)
    )
    pool = toy_pool(heads=heads, shrinkage=Shrinkage())
    operation = toy_operation(
        queues=(queue,),
        pools=(pool,),
        exposure=FREE,
        occupancy_cap=1.0,
        wellness_minutes_per_exposure_hour=0.0,
    )
    staffing = staff(toy_demand(operation, per_hour=per_hour, paths=4, level_cv=0), operation)
    profile = week_profile(staffing, operation, first=0, periods=168, factor=factor, steady=steady)
    return build_week(operation, cut_grid(staffing.grid, 0, 168), profile)


def served_by_hour(solved):
    total = np.zeros(168)
    np.add.at(total, solved.layout.flow_time, solved.values["flow"])
    return total


@pytest.mark.parametrize("within", [3.0, 8.0, 24.0])
def test_deadline_bounds_keep_first_in_first_out_on_time(within):
    """The oracle serves the planned hours first in, first out: everything is inside the window."""
    week = week_of(within_hours=within, share=0.99999, steady=False)
    solved = solve_week(week, effort=Effort.QUICK)
    assert solved.values["late"].sum() < 1e-3 * week.profile.work.sum()
    arrivals = week.profile.work[0]
    served = served_by_hour(solved)
    assert on_time_share(arrivals, served + 1e-9, week.profile.terms[0]) > 0.998


def test_late_work_is_set_aside_and_does_not_make_everything_late():
    """With too few people, what is planned on time is on time; the rest is named as late."""
    week = week_of(heads=75)  # 20 Erlang of work, about 13 people can be present
    solved = solve_week(week, effort=Effort.QUICK)
    late = solved.values["late"].sum()
    assert late > 0
    arrivals = week.profile.work[0] - solved.values["late"]
    on_time_service = served_by_hour(solved) - solved.values["served_late"]
    lead = np.concatenate([arrivals, arrivals])
    twice = np.concatenate([on_time_service, on_time_service])
    assert on_time_share(lead, twice + 1e-9, week.profile.terms[0]) > 0.97
    assert solved.late_work.sum() > 0


def test_the_naive_late_allowance_would_make_everything_late():
    """What the program must not do: take the allowed share off a cumulative row."""
    arrivals = np.full(24 * 60, 10.0)
    terms, allowed = 24, 0.05 * 10 * 168
    cumulative = np.cumsum(arrivals)
    due = np.concatenate([np.zeros(terms), cumulative])[: arrivals.size] - allowed
    served = np.diff(np.maximum(np.maximum.accumulate(due), 0.0), prepend=0.0)
    assert on_time_share(arrivals, served, terms) < 0.2


def test_late_work_beyond_its_share_is_a_shortfall_and_within_it_is_not():
    generous = solve_week(week_of(heads=75, share=0.05), effort=Effort.QUICK)
    strict = solve_week(week_of(heads=75, share=0.95), effort=Effort.QUICK)
    assert generous.values["late"].sum() > 0
    assert generous.late_work.sum() < strict.late_work.sum()


def test_late_work_is_served_or_counted_as_undone():
    """Overdue work may not be held as a constant stock: a second deadline ends it."""
    week = week_of(heads=75)
    solved = solve_week(week, effort=Effort.QUICK)
    late, back = solved.values["late"].sum(), solved.values["served_late"].sum()
    assert late == pytest.approx(back + solved.values["undone"].sum(), abs=1e-5)
    window = 24
    stock = solved.values["open_late"]
    for t in range(168):
        recent = solved.values["late"][[(t - k) % 168 for k in range(window)]].sum()
        assert stock[t] <= recent + 1e-6


def test_a_week_does_not_borrow_from_the_next():
    week = week_of(steady=False)
    limit = open_limits(week)
    assert limit[0, -1] == 0.0
    assert limit[0, -2] > 0.0
    solved = solve_week(week, effort=Effort.QUICK)
    assert served_by_hour(solved).sum() == pytest.approx(week.profile.work.sum(), abs=1e-5)


def test_a_steady_week_ends_with_the_open_work_it_started_with():
    week = week_of(steady=True)
    solved = solve_week(week, effort=Effort.QUICK)
    assert served_by_hour(solved).sum() == pytest.approx(week.profile.work.sum(), abs=1e-5)


def test_an_interval_is_taken_off_the_window():
    assert window_terms(1.0, 1.0, 168) == 0
    assert window_terms(24.0, 0.5, 336) == 47


def test_window_sums_agree_with_a_loop():
    rng = np.random.default_rng(1)
    series = rng.random(12)
    for terms in range(13):
        plain = [series[max(0, t - terms + 1) : t + 1].sum() for t in range(12)]
        cycle = [sum(series[(t - k) % 12] for k in range(terms)) for t in range(12)]
        assert window_sums(series, terms, wrap=False) == pytest.approx(plain)
        assert window_sums(series, terms, wrap=True) == pytest.approx(cycle)


def test_rounded_shifts_cost_at_most_a_shift_a_week_more_than_relaxed_ones():
    for factor in (0.9, 1.0, 1.07):
        week = week_of(factor=factor)
        solved = solve_week(week, effort=Effort.QUICK)
        one = solved.wage / solved.shifts.sum()
        assert solved.objective - solved.bound <= 2 * one


def test_the_player_sees_only_what_has_arrived():
    """Work that comes only in the last hour cannot have been served before."""
    week = week_of(steady=True)
    solved = solve_week(week, effort=Effort.QUICK)
    work = np.zeros_like(week.profile.work)
    work[0, -1] = 50.0
    moved = replace(week, profile=replace(week.profile, work=work))
    assert solve_week(moved, effort=Effort.QUICK).shifts.sum() < solved.shifts.sum()
