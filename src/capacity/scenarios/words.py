"""A comparison in plain words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from capacity.scenarios.scenario import AS_IS, Scenario

LEAST_SHARE = 0.005
"""Changes of an on-time share below half a point are not told."""


def comparison_words(
    frame: pd.DataFrame,
    paired: pd.DataFrame,
    scenarios: Sequence[Scenario],
    notes: Sequence[str],
    percentile: float,
) -> str:
    """One sentence for "as is", then one for each scenario."""
    rows = frame.set_index("scenario")
    base = rows.loc[AS_IS]
    level = f"P{100 * percentile:g}"
    lines = [
        f"As is: {int(base['peak_heads'])} heads needed at {level} in {base['peak_month']}, "
        f"{int(base['hires'])} hires, {base['currency']} {base['cost']:,.0f}; "
        f"{100 * base['weeks_kept']:.0f} % of weeks keep every target."
    ]
    for scenario in scenarios:
        row = rows.loc[scenario.name]
        lines.append(f"{scenario}.")
        if row["status"] == "planned":
            lines.append(f"  {_difference(row, base, paired, scenario.name)}")
        else:
            lines.append(f"  {row['status']}")
    return "\n".join([*lines, *(f"Note: {note}." for note in notes)])


def _difference(row: pd.Series, base: pd.Series, paired: pd.DataFrame, name: str) -> str:
    heads = int(row["peak_heads"]) - int(base["peak_heads"])
    mine = paired[paired["scenario"] == name]
    interval = mine[mine["measure"].str.startswith("heads needed at P")].iloc[0]
    parts = [
        f"{heads:+d} heads at the peak (before rounding {_signed(interval['difference'])}, "
        f"95 % interval {_signed(interval['low'])} to {_signed(interval['high'])})",
        f"{int(row['hires']) - int(base['hires']):+d} hires",
        f"{row['currency']} {row['cost'] - base['cost']:+,.0f}",
        f"weeks that keep every target {100 * base['weeks_kept']:.0f} to {100 * row['weeks_kept']:.0f} %",
    ]
    parts += _on_time(row, base)
    if row["uncovered_hours"] - base["uncovered_hours"] > 0.05:
        more = row["uncovered_hours"] - base["uncovered_hours"]
        parts.append(f"{more:,.1f} more hours of work not covered by today's people")
    return "; ".join(parts) + "."


def _signed(value: float) -> str:
    """One decimal with its sign; a value that rounds to zero is +0.0."""
    return f"{round(value, 1) + 0.0:+.1f}"


def _on_time(row: pd.Series, base: pd.Series) -> list[str]:
    names = [name for name in row.index if str(name).startswith("on_time_")]
    told = []
    for name in names:
        before, after = base.get(name), row[name]
        if pd.notna(before) and pd.notna(after) and abs(after - before) >= LEAST_SHARE:
            queue = str(name).removeprefix("on_time_")
            told.append(f"{queue} on time {100 * before:.1f} to {100 * after:.1f} %")
    return told
