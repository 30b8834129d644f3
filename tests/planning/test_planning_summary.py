from dataclasses import replace

import numpy as np

from capacity.domain import Effort
from capacity.planning.summary import headline, plan_summary
from tests.oracles import front_toys as toys


def test_the_headline_names_need_today_and_what_binds():
    text = headline(toys.plan())
    need = toys.headcount_plan().required(0.8)
    assert (
        f"{need[0]} reviewers needed in 2026-03 at P80, {need[0] - 15} more than the 15 of today"
        in text
    )
    assert f"{need.max()} are needed" in text
    assert text.endswith("Binding: exposure a day, exposure a day: dublin_core.")


def test_the_summary_shows_every_month_at_p50_and_the_percentile():
    text = plan_summary(toys.plan())
    heads = toys.headcount_plan()
    row = next(line for line in text.splitlines() if line.startswith("  2026-08"))
    assert row.split()[1:3] == [str(heads.required(0.5)[5]), str(heads.required(0.8)[5])]
    assert sum(line.startswith("  202") for line in text.splitlines()) == 12


def test_the_summary_names_each_promise_and_what_is_missed():
    text = plan_summary(toys.plan())
    assert "urgent: 94.0 %" in text
    assert "missed: urgent" in text


def test_a_shortfall_is_called_partial():
    assert "urgent: 6.0 hours of work are not covered" in plan_summary(toys.plan())
    whole = plan_summary(toys.plan(shifts=toys.shift_plan(short=False)))
    assert "Nothing is partial" in whole


def test_quick_effort_labels_itself_and_full_does_not():
    quick = toys.plan()
    assert "Effort QUICK" in plan_summary(quick)
    full = replace(quick, settings=replace(quick.settings, effort=Effort.FULL))
    assert "QUICK" not in plan_summary(full)


def test_the_seconds_of_a_run_are_no_part_of_the_text():
    assert plan_summary(toys.plan()) == plan_summary(toys.plan(seconds=(("demand", 3.2),)))


def test_weeks_kept_counts_whole_weeks():
    simulation = replace(toys.simulation(), weekly_share=np.array([[1.0, 1.0], [0.1, 1.0]]))
    assert "50 % of whole weeks keep every target" in plan_summary(toys.plan(simulation=simulation))
