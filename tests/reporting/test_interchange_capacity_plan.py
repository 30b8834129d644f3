"""The capacity plan in Amazon Connect's columns, and the workbook of a whole plan."""

from __future__ import annotations

import numpy as np
import openpyxl
import pandas as pd
import pytest

from capacity.domain import MeasuredAt
from capacity.errors import DataError
from capacity.headcount import plan_headcount
from capacity.reporting.interchange_capacity_plan import (
    CAPACITY_COLUMNS,
    OURS,
    capacity_plan_table,
)
from capacity.reporting.interchange_connect_scenario import ConnectScenario, ServiceGoal
from capacity.reporting.workbook_file import to_workbook
from tests.builders import toy_operation
from tests.oracles import front_toys
from tests.oracles.workbooks import read_sheet


@pytest.fixture(scope="module")
def plan():
    operation = front_toys.operation()
    heads = plan_headcount(front_toys.curve(), front_toys.staffing(), operation, seed=3)
    return front_toys.plan(operation=operation, headcount=heads)


def test_every_column_of_the_other_system_is_there(plan):
    table = capacity_plan_table(plan)
    assert list(table.columns) == [*CAPACITY_COLUMNS, *OURS]
    assert len(table) == len(plan.headcount.frame)


def test_the_gap_is_required_less_available_and_drives_overtime_or_time_off(plan):
    table = capacity_plan_table(plan)
    gap = table.required_fte_with_shrinkage - table.available_fte
    assert table.gap_fte.to_numpy() == pytest.approx(gap.to_numpy())
    assert ((table.required_ot_percent == 0) | (table.required_vto_percent == 0)).all()
    assert np.allclose(table.required_ot_percent - table.required_vto_percent, table.gap_percent)


def test_volume_and_handling_time_are_those_of_the_forecast(plan):
    table = capacity_plan_table(plan)
    total = table[table.pool == "all"]
    volume = sum(plan.demand.monthly(queue).mean(axis=0) for queue in plan.demand.queues)
    assert total.forecast_volume.to_numpy() == pytest.approx(volume)
    assert total.forecast_aht_seconds.between(240, 600).all()
    assert total.forecast_occupancy_percent.gt(0).all()
    assert table[table.pool != "all"].forecast_volume.isna().all()


def test_heads_with_leave_are_never_fewer_than_without(plan):
    table = capacity_plan_table(plan)
    assert (table.required_fte_with_shrinkage >= table.required_fte_without_shrinkage - 1e-9).all()


def test_a_whole_plan_becomes_a_workbook(plan, tmp_path):
    path = to_workbook(plan, tmp_path / "plan.xlsx")
    rows = read_sheet(path, "Plan", 4)
    assert [row["eop"] for row in rows] == plan.headcount.frame.eop.tolist()
    assert "Scenarios" in openpyxl.load_workbook(path).sheetnames
    assert pd.DataFrame(rows).cost.tolist() == plan.headcount.frame.cost.tolist()


def test_the_scenario_of_the_other_system_becomes_an_operation_and_a_policy():
    scenario = ConnectScenario(
        max_occupancy_percent=80,
        daily_attrition_percent=0.2,
        fte_hours_per_week=36,
        max_overtime_percent=10,
        goals=(ServiceGoal(queue="hash_match", percent=80, seconds=1800),),
    )
    operation = scenario.applied_to(toy_operation(with_people=False))
    assert operation.occupancy_cap == 0.8
    assert operation.pools[0].attrition.yearly(30) == pytest.approx(0.5)
    assert operation.pools[0].hours_per_week == 36
    assert operation.queue("hash_match").targets[0].within_hours == 0.5
    assert operation.queue("hash_match").targets[0].measured_at is MeasuredAt.STARTED
    assert scenario.policy().overtime_share == 0.1
    untouched = toy_operation(with_people=False)
    assert ConnectScenario().applied_to(untouched) == untouched


def test_a_scenario_out_of_range_names_every_fault():
    with pytest.raises(DataError, match=r"(?s)max_occupancy.*daily_attrition.*overtime.*goal of x"):
        ConnectScenario(
            max_occupancy_percent=120,
            daily_attrition_percent=50,
            max_overtime_percent=-1,
            goals=(ServiceGoal(queue="x", percent=0, seconds=1),),
        )
    goal = ServiceGoal(queue="hash_mtch", percent=80, seconds=60)
    with pytest.raises(DataError, match="hash_match"):
        ConnectScenario(goals=(goal,)).applied_to(toy_operation())
