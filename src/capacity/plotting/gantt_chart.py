"""The Gantt picture of a roster: people by day, coloured by queue, high where exposure is high."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch

from capacity.domain.operation import Operation
from capacity.domain.plan import Plan
from capacity.domain.roster import Activity, Roster
from capacity.errors import DataError
from capacity.plotting import theme

SMALLEST_GROUP = 5
"""Exposure hours of fewer people than this are not written beside them (convention)."""
LOWEST, HIGHEST = 0.34, 0.84
MINUTE_DAYS = 2
"""Up to so many days are drawn to the minute; more are too narrow for it."""
QUIET = {
    Activity.BREAK.value: ("break", "white", ""),
    Activity.WELLNESS.value: ("wellness", "white", "....."),
    Activity.COUNSELLING.value: ("counselling", "white", "xxxx"),
    Activity.MEETING.value: ("meeting", "white", "----"),
    Activity.IDLE.value: ("no queue", "#dfe2e7", ""),
}


def gantt_table(
    roster: Roster,
    operation: Operation | None = None,
    *,
    first_day: int = 0,
    days: int = 7,
    pool: str | None = None,
    most_people: int = 40,
) -> pd.DataFrame:
    """One row a bar: person, pool, row (from the top), start, end, activity, queue, height, hours.

    `start` and `end` are wall-clock times of the person's site (UTC without an operation) cut to
    the days shown; `height` grows with the severity of the queue; `hours` is severity-weighted.
    Up to two days come to the minute; over more days the time of a shift is put together by queue,
    the heaviest first.
    People are in the order of pool and id; at most `most_people` are taken.

    Raises
    ------
    DataError
        Nobody of the pool works in these days.
    """
    frame = roster.frame if pool is None else roster.frame[roster.frame["pool"] == pool]
    names = sorted(frame["pool"].unique())
    parts = [_in_zone(frame[frame["pool"] == name], name, operation, roster) for name in names]
    table = pd.concat(parts, ignore_index=True) if parts else frame.assign(day=pd.NaT)
    first = roster.grid.start.tz_convert(_zone(operation, names[0] if names else None))
    begin = first.tz_localize(None).normalize() + pd.Timedelta(days=first_day)
    end = begin + pd.Timedelta(days=days)
    if len(table):
        table = table[(table["end"] > begin) & (table["start"] < end)]
    if not len(table):
        raise DataError(
            f"nobody{'' if pool is None else f' of pool {pool}'} works in the {days} days from "
            f"{begin.date()}. Fix: choose first_day and days inside the roster."
        )
    table = table.assign(start=table["start"].clip(lower=begin), end=table["end"].clip(upper=end))
    people = table[["pool", "person"]].drop_duplicates().sort_values(["pool", "person"])
    shown = people.head(most_people).reset_index(drop=True)
    shown["row"] = shown.index
    table = table.merge(shown, on=["pool", "person"])
    severity = {} if operation is None else {q.name: q.severity for q in operation.queues}
    works = table["activity"] == Activity.WORK.value
    weight = np.where(works, table["queue"].map(severity).fillna(1.0), 0.0)
    length = (table["end"] - table["start"]) / pd.Timedelta(hours=1)
    table["height"] = np.where(works, LOWEST + (HIGHEST - LOWEST) * weight, LOWEST)
    table["hours"] = weight * length
    columns = ["person", "pool", "row", "start", "end", "activity", "queue", "height", "hours"]
    table = table.sort_values(["row", "start"], ignore_index=True)
    return table[columns] if days <= MINUTE_DAYS else _sorted_inside(table)[columns]


def _sorted_inside(table: pd.DataFrame) -> pd.DataFrame:
    """One bar a queue and activity of each shift, one beside the other, the heaviest first."""
    keys = ["row", "person", "pool", "date"]
    length = table["end"] - table["start"]
    begin = table.groupby(["row", "date"])["start"].transform("min")
    bars = table.assign(length=length, begin=begin).groupby(
        [*keys, "activity", "queue", "height"], as_index=False
    )
    bars = bars.agg(begin=("begin", "min"), length=("length", "sum"), hours=("hours", "sum"))
    bars["quiet"] = bars["activity"] != Activity.WORK.value
    order = ["row", "date", "quiet", "height", "queue", "activity"]
    bars = bars.sort_values(order, ascending=[True, True, True, False, True, True])
    after = bars.groupby(["row", "date"])["length"].cumsum()
    return bars.assign(start=bars["begin"] + after - bars["length"], end=bars["begin"] + after)


def _in_zone(
    rows: pd.DataFrame, pool: str, operation: Operation | None, roster: Roster
) -> pd.DataFrame:
    zone = _zone(operation, pool)
    local = {name: rows[name].dt.tz_convert(zone).dt.tz_localize(None) for name in ("start", "end")}
    return rows.assign(**local)


def _zone(operation: Operation | None, pool: str | None) -> str:
    if operation is None or pool is None:
        return "UTC"
    return operation.zone_of(operation.pool(pool))


def gantt(
    result: Roster | Plan,
    operation: Operation | None = None,
    *,
    first_day: int = 0,
    days: int = 7,
    pool: str | None = None,
    most_people: int = 40,
    ax: Axes | None = None,
) -> Axes:
    """Draw who works on what and when: a row a person, a colour a queue.

    High bars are exposed work, low bars work or time without exposure; breaks, wellness time and
    sessions are white with their own hatch. One or two days are drawn to the minute; over more
    days each shift shows how long each queue took, not when. Beside each id stand the severity-weighted hours of
    the days shown, where at least five people are.

    Raises
    ------
    DataError
        The plan has no roster, or nobody works in these days.
    """
    if isinstance(result, Plan):
        operation = result.operation
        if result.roster is None:
            raise DataError(
                "the plan has no roster. Fix: list people in the operation, or draw coverage."
            )
        result = result.roster
    table = gantt_table(
        result, operation, first_day=first_day, days=days, pool=pool, most_people=most_people
    )
    people = table.drop_duplicates("row").set_index("row")
    ax = theme.new_axes(ax, height=1.6 + 0.21 * len(people))
    handles = _draw_bars(ax, table)
    hours = table.groupby("row")["hours"].sum()
    labels = [
        theme.plain(f"{person}  {hours[row]:.1f} h" if len(people) >= SMALLEST_GROUP else person)
        for row, person in people["person"].items()
    ]
    ax.set_yticks(range(len(people)), labels, fontsize=8)
    ax.set_ylim(len(people) - 0.4, -0.6)
    edges = theme.date_numbers(
        pd.DatetimeIndex([table["start"].min().floor("D"), table["end"].max().ceil("D")])
    )
    ax.set_xlim(*edges)
    for midnight in np.arange(np.ceil(edges[0]), edges[1]):
        ax.axvline(midnight, color=theme.GREY, linewidth=0.7, zorder=0)
    theme.date_axis(ax)
    theme.legend_beside(ax, handles)
    zones = {_zone(operation, name) for name in people["pool"]}
    where = zones.pop() if len(zones) == 1 else "of each site"
    everybody = result.frame if pool is None else result.frame[result.frame["pool"] == pool]
    count = everybody["person"].nunique()
    state = "" if len(people) == count else f"{len(people)} of "
    exposed = float(table["hours"].sum())
    partial = ", PARTIAL ROSTER" if result.is_partial else ""
    title = f"Roster of {state}{count} people: {exposed:,.0f} weighted hours of exposure{partial}"
    if days > MINUTE_DAYS:
        title += "\neach shift shows how long each queue took, the heaviest first"
    y = "Person (weighted exposure, hours)" if len(people) >= SMALLEST_GROUP else "Person"
    theme.finish(ax, title=title, x=f"Local time ({where})", y=y, grid="")
    ax.tick_params(axis="y", length=0)
    return ax


def _draw_bars(ax: Axes, table: pd.DataFrame) -> list[Patch]:
    """One collection of bars for each queue and activity; the legend handles in that order."""
    handles = []
    works = table["activity"] == Activity.WORK.value
    for name, (label, colour, hatch) in QUIET.items():
        rows = table[table["activity"] == name]
        if len(rows):
            style = {"facecolor": colour, "edgecolor": theme.GREY, "hatch": hatch, "linewidth": 0.4}
            _add(ax, rows, style)
            handles.append(Patch(label=label, **style))  # type: ignore[arg-type]
    queues = sorted(table.loc[works, "queue"].unique())
    first = []
    for position, queue in enumerate(queues):
        rows = table[works & (table["queue"] == queue)]
        style = {
            "facecolor": theme.series_colour(position),
            "edgecolor": "white",
            "hatch": theme.series_hatch(position),
            "linewidth": 0.0,
        }
        _add(ax, rows, style)
        first.append(Patch(label=theme.plain(str(queue)), **style))  # type: ignore[arg-type]
    return [*first, *handles]


def _add(ax: Axes, rows: pd.DataFrame, style: dict[str, object]) -> None:
    left = theme.date_numbers(pd.DatetimeIndex(rows["start"]))
    right = theme.date_numbers(pd.DatetimeIndex(rows["end"]))
    low = rows["row"].to_numpy() + HIGHEST / 2
    high = low - rows["height"].to_numpy()
    corners = np.stack(
        [
            np.column_stack([left, low]),
            np.column_stack([left, high]),
            np.column_stack([right, high]),
            np.column_stack([right, low]),
        ],
        axis=1,
    )
    ax.add_collection(PolyCollection(list(corners), **style))  # type: ignore[arg-type]
