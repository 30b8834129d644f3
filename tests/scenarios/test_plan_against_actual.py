from functools import cache

import numpy as np
import pandas as pd
import pytest

from capacity.domain import SeriesLabel, TimeGrid, TrackReport, Volume
from capacity.errors import DataError
from capacity.scenarios import changes
from capacity.scenarios.actuals import compare_actual, observed_operation
from tests.oracles.front_pipeline import small_plan

MONTH = "2026-04"


def volume_of(**per_queue):
    """Constant arrivals from the plan's as_of over two months, in all so many in April."""
    start = small_plan().demand.as_of
    grid = TimeGrid(start=start, minutes=60, periods=60 * 24)
    hours = 30 * 24
    names = small_plan().operation.queue_names
    counts = np.vstack([np.full(grid.periods, per_queue[name] / hours) for name in names])
    labels = tuple(SeriesLabel(queue=name) for name in names)
    return Volume(grid=grid, labels=labels, counts=counts, as_of=grid.end)


@cache
def planned():
    demand = small_plan().demand
    place = demand.months.labels.index(MONTH)
    return {name: float(demand.monthly(name)[:, place].mean()) for name in demand.queues}


def heads(result):
    return result.need.frame.set_index("factor")["heads"].to_dict()


def test_a_month_that_came_as_planned_has_used_no_hedge():
    result = compare_actual(small_plan(), volume_of(**planned()), month=MONTH)
    found = heads(result)
    assert found["volume"] == pytest.approx(0, abs=1e-9)
    assert found["mix"] == pytest.approx(0, abs=1e-9)
    assert found["hedge not used"] < 0
    assert sum(found.values()) == result.need.after - result.need.before


def test_more_of_everything_is_volume_and_more_of_one_queue_is_also_mix():
    more = {name: 1.5 * count for name, count in planned().items()}
    found = heads(compare_actual(small_plan(), volume_of(**more), month=MONTH))
    assert found["volume"] > 1
    assert found["mix"] == pytest.approx(0, abs=1e-6)
    other = planned() | {"appeal": 3 * planned()["appeal"]}
    found = heads(compare_actual(small_plan(), volume_of(**other), month=MONTH))
    assert abs(found["mix"]) > 1e-3


def test_longer_handling_is_its_own_factor_and_all_add_up():
    seen = changes.HandlingTime("hash_match", by=0.3)(small_plan().operation)
    result = compare_actual(small_plan(), volume_of(**planned()), month=MONTH, operation=seen)
    found = heads(result)
    assert set(found) == {"volume", "mix", "hedge not used", "handling time", "rounding"}
    assert found["handling time"] > 0.5
    assert sum(found.values()) == pytest.approx(result.need.after - result.need.before)


def flows(**change):
    row = small_plan().headcount.of("all").set_index("month").loc[MONTH]
    base = {
        name: int(row[name])
        for name in ("bop", "hires", "transfers_in", "attrition", "transfers_out")
    }
    base |= change
    end = (
        base["bop"]
        + base["hires"]
        + base["transfers_in"]
        - base["attrition"]
        - base["transfers_out"]
    )
    return pd.DataFrame([{"month": MONTH, "pool": "all", **base, "eop": end}])


def test_people_who_left_widen_the_gap_head_by_head():
    row = flows().iloc[0]
    actual = flows(attrition=row["attrition"] + 2, bop=row["bop"] - 1)
    result = compare_actual(small_plan(), volume_of(**planned()), month=MONTH, people=actual)
    assert result.people.set_index("flow")["gap"].to_dict() == {
        "bop": 1, "hires": 0, "transfers_in": 0, "attrition": 2, "transfers_out": 0,
    }  # fmt: skip
    planned_gap = result.need.before - row["eop"]
    actual_gap = result.need.after - actual["eop"].iloc[0]
    assert result.gap_change == actual_gap - planned_gap
    assert result.frame["heads"].sum() == pytest.approx(result.gap_change)
    assert "attrition: " in result.summary()


def test_handling_and_automation_are_read_off_a_track_report():
    table = pd.DataFrame(
        {
            "queue": ["hash_match", "appeal"],
            "handling_minutes": [7.5, np.nan],
            "automated_share": [0.25, np.nan],
        }
    )
    report = TrackReport(frame=table, daily=pd.DataFrame(), as_of=small_plan().demand.as_of)
    seen = observed_operation(small_plan().operation, report)
    assert seen.queue("hash_match").handling.mean_hours == pytest.approx(7.5 / 60)
    assert seen.queue("hash_match").automation_share == 0.25
    assert seen.queue("appeal") == small_plan().operation.queue("appeal")


def with_gap():
    volume = volume_of(**planned())
    counts = volume.counts.copy()
    counts[0, 20 * 24] = np.nan
    return Volume(grid=volume.grid, labels=volume.labels, counts=counts, as_of=volume.as_of)


def broken():
    return flows().assign(eop=99)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"month": "2027-04"}, "not in the plan"),
        ({"month": "2026-05"}, "up to the end of the month"),
        ({"month": MONTH, "gap": True}, "1 intervals are missing"),
        ({"month": MONTH, "people": "broken"}, "correct the flows"),
        ({"month": MONTH, "people": "none"}, "one is needed"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_fix(arguments, words):
    tables = {"broken": broken, "none": lambda: flows().head(0)}
    people = arguments.get("people")
    volume = with_gap() if arguments.get("gap") else volume_of(**planned())
    with pytest.raises(DataError, match=words):
        compare_actual(
            small_plan(),
            volume,
            month=arguments["month"],
            people=tables[people]() if people else None,
        )
