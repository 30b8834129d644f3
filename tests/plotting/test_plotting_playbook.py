import numpy as np
import pandas as pd
import pytest

from capacity import plotting
from capacity.errors import DataError
from capacity.plotting.playbook_chart import playbook_rows
from capacity.scenarios.playbook import NOTHING, Playbook
from capacity.scenarios.scenario import AS_IS

HORIZON = 168.0


def book(*, surges=("spike", "outage of the classifier")):
    rows = [(AS_IS, NOTHING, 0.0, 0.0, 0.0, np.nan)]
    for surge in surges:
        rows += [
            (surge, NOTHING, 60.0, np.inf, 0.0, np.nan),
            (surge, "useless overtime", 60.0, np.inf, 900.0, np.nan),
            (surge, "vendors", 20.0, 30.0, 4_000.0, 2.0),
            (surge, "threshold up 5 points", 40.0, 90.0, 0.0, 1.0),
        ]
    names = ["surge", "option", "back_hours_p50", "back_hours_p90", "cost", "rank_cost"]
    return Playbook(
        frame=pd.DataFrame(rows, columns=names),
        queues=pd.DataFrame(),
        currency="USD",
        horizon_hours=HORIZON,
    )


def test_rows_go_from_nothing_over_what_helps_to_the_rest():
    rows = playbook_rows(book())
    options = rows.loc[rows["surge"] == "spike", "option"].tolist()
    assert options == [NOTHING, "threshold up 5 points", "vendors", "useless overtime"]
    assert rows["surge"].drop_duplicates().tolist() == ["spike", "outage of the classifier"]
    assert AS_IS not in set(rows["surge"])


def test_what_never_comes_back_is_cut_at_the_horizon_and_marked():
    rows = playbook_rows(book()).set_index(["surge", "option"])
    assert rows.loc[("spike", NOTHING), "high"] == HORIZON
    assert rows["beyond"].sum() == 4
    drawn = [line for line in plotting.playbook(book()).get_lines() if line.get_marker() == ">"]
    assert sum(len(line.get_xdata()) for line in drawn) == 4


def test_a_playbook_picture_has_no_fault():
    assert plotting.chart_faults(plotting.playbook(book())) == ()


def test_each_option_carries_its_cost_and_doing_nothing_none():
    texts = [text.get_text() for text in plotting.playbook(book(surges=("spike",))).texts]
    assert len(texts) == 3


def test_a_playbook_without_surges_is_refused():
    with pytest.raises(DataError, match="no surge was played"):
        plotting.playbook(book(surges=()))
