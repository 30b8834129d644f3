from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from capacity.domain import ExposureCap
from capacity.errors import DataError
from capacity.scenarios.playbook import NOTHING, play_surges
from capacity.scenarios.responses import (
    CrossTraining,
    Overtime,
    SurgeTeam,
    Threshold,
    VendorHeads,
)
from capacity.scenarios.surge_playing import repeat_shifts, surge_team
from capacity.scenarios.surges import (
    detector_launch,
    outage,
    spike,
    staff_loss,
    surge_start,
    usual_surges,
)
from tests.builders import toy_operation, toy_queue
from tests.oracles.front_pipeline import small_plan


@cache
def played():
    plan = small_plan()
    start = surge_start(plan)
    surges = (
        spike("hash_match", by=1.0, start=start, days=2),
        staff_loss("core", heads=8),
    )
    options = {
        "many vendors": (VendorHeads("core", heads=20, cost_per_hour=30.0),),
        "no overtime": (Overtime(0.1),),
        "higher threshold": (Threshold("hash_match", points=0.6),),
    }
    return play_surges(plan, surges, options, weeks=1, paths=6)


def row(surge, option):
    table = played().of(surge)
    return table[table["option"] == option].iloc[0]


def whole_team(plan=None):
    plan = plan or small_plan()
    return surge_team(plan, plan.operation, 1)


def test_a_spike_names_the_queue_that_falls_behind_and_when():
    alone = row("spike of hash_match", NOTHING)
    assert alone["first_breach"] == "hash_match"
    assert 0 < alone["breach_hours"] < 168
    assert "hash_match falls behind first" in played().summary()


def test_as_is_keeps_every_target():
    assert row("as is", NOTHING)["queues_behind"] == 0


def test_enough_vendors_bring_everything_back_and_cost_their_hours():
    helped, alone = (row("spike of hash_match", name) for name in ("many vendors", NOTHING))
    assert helped["back_hours_p90"] < alone["back_hours_p90"]
    assert helped["cost"] == pytest.approx(30.0 * helped["extra_hours"])
    assert helped["people_with_access"] == alone["people_with_access"] + 20
    assert helped["exposure_per_person_day"] < alone["exposure_per_person_day"]


def test_overtime_outside_severe_queues_does_not_touch_exposed_work():
    """Both queues are exposed and the cap allows none in overtime: it costs and changes nothing."""
    helped, alone = (row("spike of hash_match", name) for name in ("no overtime", NOTHING))
    assert helped["extra_hours"] == 0
    assert np.isnan(helped["rank_cost"])
    assert helped["back_hours_p90"] == alone["back_hours_p90"]


def test_the_cheapest_help_ranks_first():
    table = played().of("spike of hash_match").dropna(subset="rank_cost")
    assert table.sort_values("rank_cost")["cost"].is_monotonic_increasing
    assert table.sort_values("rank_exposure")["exposure_per_person_day"].is_monotonic_increasing


def test_a_threshold_says_how_many_cases_nobody_sees():
    cases = row("spike of hash_match", "higher threshold")["cases_unseen"]
    assert cases > 0
    assert row("spike of hash_match", "many vendors")["cases_unseen"] == 0


def test_a_team_that_is_gone_does_not_recover():
    assert np.isinf(row("loss of 8 in core", NOTHING)["back_hours_p50"])
    assert "not back within 168 h" in played().summary()


def test_people_who_are_gone_are_missing_from_the_second_week_on():
    plan = small_plan()
    operation = staff_loss("core", heads=3).applied_to(plan.operation)
    full, reduced = whole_team(plan).shifts.shifts, surge_team(plan, operation, 1).shifts.shifts
    second = np.array([day >= surge_start(plan) for day in full["date"]])
    core = (full["pool"] == "core").to_numpy()
    assert (full["heads"][~second] == reduced["heads"][~second]).all()
    expected = full["heads"][second & core].sum() * 6 / 9
    assert reduced["heads"][second & core].sum() == pytest.approx(expected, abs=0.5)


def test_repeated_weeks_hold_the_first_week_again():
    shifts = small_plan().shifts
    twice = repeat_shifts(shifts, 2)
    assert twice.shifts["heads"].sum() == 2 * repeat_shifts(shifts, 1).shifts["heads"].sum()
    assert twice.grid.periods == 2 * shifts.grid.intervals_per_week


def test_overtime_takes_unexposed_work_and_what_the_cap_allows():
    queues = (
        toy_queue("severe"),
        toy_queue("mild", severity=0.4),
        toy_queue("plain", severity=0.0),
    )
    pool = replace(small_plan().operation.pools[0], skills=("severe", "mild", "plain"))
    operation = toy_operation(queues=queues, pools=(pool,), with_people=False)
    allowed = replace(operation, exposure=ExposureCap(in_overtime=True))
    shifts, start = small_plan().shifts, surge_start(small_plan())
    skills = {}
    for name, where in (("no", operation), ("yes", allowed)):
        team = Overtime(0.5)(SurgeTeam(operation=where, shifts=shifts, start=start))
        skills[name] = team.operation.pools[-1].skills
    assert skills == {"no": ("plain",), "yes": ("mild", "plain")}


def test_cross_training_takes_its_hours_first_and_the_skill_after():
    team = CrossTraining("side", skills=("hash_match",), hours=8, days=3)(whole_team())
    assert team.operation.pool("side trained").serves(team.operation.queue("hash_match"))
    assert team.cost == pytest.approx(8 * 4 * 60_000 * 1.3 / 2080)


def test_an_outage_returns_all_that_did_not_arrive():
    changes = outage("appeal", start=date(2026, 3, 2), days=2).changes
    assert [str(change) for change in changes] == [
        "outage of appeal from 2026-03-02 to 2026-03-03",
        "volume of appeal +200 % from 2026-03-04 to 2026-03-04",
    ]
    assert len(outage("appeal", start=date(2026, 3, 2), days=2, returns=False).changes) == 1
    assert "+30 %" in str(detector_launch("appeal", by=0.3, start=date(2026, 3, 2)))


def test_the_usual_surges_are_one_of_each_kind():
    words = [surge.name.split(" ")[0] for surge in usual_surges(small_plan())]
    assert words == ["spike", "outage", "loss", "detector"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: spike("a", by=1, start=date(2026, 1, 1), days=0), "at least 1 day"),
        (lambda: staff_loss("core", heads=0), "at least 1"),
        (lambda: VendorHeads("core", heads=0, cost_per_hour=1.0), "heads must be >= 1"),
        (lambda: play_surges(small_plan(), weeks=9), "plan with more weeks"),
        (lambda: play_surges(small_plan(), options={NOTHING: ()}, weeks=1), "always implied"),
        (lambda: play_surges(small_plan(), options=[Overtime(0.1)] * 2, weeks=1), "stands twice"),
        (lambda: play_surges(small_plan(), options=[Overtime(0.1, pool="cor")], weeks=1), "core"),
    ],
)
def test_nonsense_is_refused_with_the_cure(wrong, words):
    with pytest.raises(DataError, match=words):
        wrong()
