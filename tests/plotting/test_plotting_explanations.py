import pandas as pd
import pytest

from capacity import plotting
from capacity.domain.sensitivity import Sensitivity
from capacity.domain.waterfall import Waterfall
from capacity.plotting.waterfall_chart import waterfall_bars


def fall(before=41, after=46, steps=(4.2, -1.5, 2.0, 0.3)):
    names = ["volume", "handling time", "exposure cap", "rounding"]
    frame = pd.DataFrame({"factor": names, "heads": steps, "standard_error": 0.0})
    return Waterfall(
        frame=frame, before=before, after=after, month="2026-09", percentile=0.8, evaluations=8
    )


def prices():
    frame = pd.DataFrame(
        {
            "assumption": ["cap", "cap", "volume", "volume"],
            "change": ["cap 3.5 h", "cap 4.5 h", "volume +10 %", "volume -10 %"],
            "heads": [6.0, -3.0, 4.0, -4.0],
            "cost": [1e5, -5e4, 8e4, -8e4],
            "elasticity": [-1.0, -0.6, 0.9, 0.9],
        }
    )
    return Sensitivity(frame=frame, base_heads=41.3, base_cost=2e6, currency="USD", percentile=0.8)


def test_the_bars_of_a_waterfall_close():
    bars = waterfall_bars(fall())
    level = 41.0
    for bar in bars[bars["kind"] != "total"].itertuples():
        assert level == pytest.approx(bar.bottom if bar.kind == "more" else bar.bottom + bar.height)
        level += bar.height if bar.kind == "more" else -bar.height
    assert level == pytest.approx(46)


def test_a_broken_axis_is_stated_and_a_whole_one_is_not():
    assert "the axis begins at" in plotting.waterfall(fall()).get_title(loc="left")
    whole = plotting.waterfall(fall(4, 9))
    assert "the axis begins" not in whole.get_title(loc="left")
    assert whole.get_xlim()[0] == 0


@pytest.mark.parametrize(
    "draw", [lambda: plotting.waterfall(fall()), lambda: plotting.tornado(prices())]
)
def test_explanations_have_no_fault(draw):
    assert plotting.chart_faults(draw()) == ()


def test_the_tornado_keeps_the_order_of_the_table():
    labels = [label.get_text() for label in plotting.tornado(prices()).get_yticklabels()]
    assert labels == ["cap 3.5 h", "cap 4.5 h", "volume +10 %", "volume -10 %"]


def test_summaries_tell_each_step():
    assert fall().summary().splitlines()[0] == "41 heads needed in 2026-09 at P80 before"
    assert "  exposure cap: +2.00" in fall().summary()
    assert "cap 3.5 h: +6.0 heads, USD +100,000" in prices().summary()
