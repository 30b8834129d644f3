"""Facts about the Gantt picture of a roster."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from capacity.domain import Operation, Roster
from capacity.errors import DataError
from capacity.plotting import chart_faults, gantt, theme
from capacity.plotting.gantt_chart import HIGHEST, LOWEST, gantt_table
from capacity.scheduling.checking import check
from capacity.scheduling.rostering import roster
from tests.builders import toy_operation, toy_pool, toy_queue
from tests.oracles import front_toys as toys
from tests.oracles.small_rosters import MORNING, NIGHT, plan


def made(heads: int = 6, zone: str = "Europe/Dublin") -> tuple[Roster, Operation]:
    """Two mornings and a night with severe, mild and light work."""
    queues = (
        toy_queue("severe", skill="hash_match"),
        toy_queue("mild", severity=0.5, skill="hash_match"),
        toy_queue("light", severity=0.0, skill="hash_match"),
    )
    pool = toy_pool(heads=heads, shifts=(MORNING, NIGHT))
    operation = toy_operation(queues=queues, pools=(pool,), zone=zone)
    start = pd.Timestamp("2026-06-01", tz=zone).tz_convert("UTC")
    wanted = {(0, "morning"): heads // 2, (1, "morning"): heads // 2, (1, "night"): 1}
    base = plan(operation, wanted, start=start, hours=0.2)
    flows = [base.flows.assign(queue=queue.name) for queue in queues]
    return roster(replace(base, flows=pd.concat(flows, ignore_index=True)), operation), operation


def test_bars_of_one_day_are_the_rows_of_the_roster_on_the_wall_clock() -> None:
    given, operation = made()
    table = gantt_table(given, operation, days=1)
    day = given.frame[given.frame["date"] == given.frame["date"].min()]
    assert len(table) == len(day)
    assert table["start"].min() == pd.Timestamp("2026-06-01 06:00")
    heights = table.drop_duplicates("queue").set_index("queue")["height"].round(6).to_dict()
    assert heights["severe"] == HIGHEST
    assert heights["light"] == heights[""] == LOWEST
    assert LOWEST < heights["mild"] < HIGHEST


def test_hours_beside_a_person_are_those_of_the_recount() -> None:
    given, operation = made()
    recount = check(given, operation).exposure.groupby("person")["hours"].sum()
    for days in (2, 7):
        shown = gantt_table(given, operation, days=days)
        shown = shown.groupby("person")["hours"].sum()
        if days == 7:
            assert shown.to_dict() == pytest.approx(recount[shown.index].to_dict())


def test_over_more_days_the_time_of_a_shift_is_kept_and_sorted() -> None:
    given, operation = made()
    minutes = gantt_table(given, operation, days=2)
    week = gantt_table(given, operation, days=7)
    lengths = [t["end"].sub(t["start"]).groupby(t["queue"]).sum() for t in (minutes, week)]
    night = given.frame["shift"] == "night"
    assert (lengths[1] >= lengths[0]).all()
    assert night.any()
    for _, bars in week.groupby(["row", week["start"].dt.date]):
        work = bars[bars["queue"] != ""]
        assert (np.diff(work["height"]) <= 1e-9).all()


def test_the_axes_hold_a_row_a_person_and_a_colour_a_queue() -> None:
    given, operation = made()
    ax = gantt(given, operation, days=1)
    people = gantt_table(given, operation, days=1)["person"].nunique()
    assert len(ax.get_yticklabels()) == people
    bars = [item for item in ax.collections if isinstance(item, PolyCollection)]
    assert sum(len(item.get_paths()) for item in bars) == len(gantt_table(given, operation, days=1))
    legend = ax.get_legend()
    assert legend is not None
    labels = [text.get_text() for text in legend.get_texts()]
    assert labels[:3] == ["light", "mild", "severe"]
    colours = {tuple(item.get_facecolor()[0]) for item in bars[-3:]}
    assert len(colours) == 3


@pytest.mark.parametrize("days", [1, 7])
def test_the_picture_has_no_fault_and_the_same_bytes(days: int) -> None:
    given, operation = made(heads=10)
    ax = gantt(given, operation, days=days)
    assert chart_faults(ax) == ()
    again = gantt(given, operation, days=days)
    assert theme.render_png(ax) == theme.render_png(again)


def test_fewer_than_five_people_show_no_exposure_hours() -> None:
    given, operation = made(heads=4)
    ax = gantt(given, operation)
    assert all(" h" not in label.get_text() for label in ax.get_yticklabels())


def test_a_long_roster_shows_the_first_people_and_says_so() -> None:
    given, operation = made(heads=12)
    ax = gantt(given, operation, most_people=3)
    assert f"3 of {len(given.people)} people" in ax.get_title(loc="left")


def test_it_draws_on_given_axes_and_refuses_what_it_cannot_show() -> None:
    given, operation = made()
    ax = Figure(layout="constrained").subplots()
    assert gantt(given, operation, ax=ax) is ax
    with pytest.raises(DataError, match="nobody works in the 2 days"):
        gantt(given, operation, first_day=4, days=2)
    with pytest.raises(DataError, match="the plan has no roster"):
        gantt(toys.plan())
