"""Exposure of each person and day against the cap that protects them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from capacity.domain.operation import Operation
from capacity.domain.plan import Plan
from capacity.domain.roster import CheckReport
from capacity.domain.shift_plan import ShiftPlan
from capacity.errors import DataError
from capacity.plotting import theme

SMALLEST_GROUP = 5
"""Fewer people than this are never shown apart (convention)."""


@dataclass(frozen=True, kw_only=True)
class ExposureBins:
    """A histogram whose edges contain the cap, so that no bar straddles it.

    `as_share` tells whether the edges are shares of the cap (several caps hold) or hours.
    `cap` is infinite where no daily cap holds. `hidden` marks bars that fewer than five people fill: their height is not to be shown.
    """

    edges: np.ndarray
    counts: np.ndarray
    hidden: np.ndarray
    cap: float
    as_share: bool
    people: int

    @property
    def over(self) -> np.ndarray:
        """Which bars lie above the cap."""
        return np.asarray(self.edges[:-1] >= self.cap - 1e-9)


def exposure_bins(exposure: pd.DataFrame, *, bins_to_cap: int = 8) -> ExposureBins:
    """Bin person-days of exposure (columns person, date, hours, limit) at the cap.

    A day at the cap to within a second belongs below it. Raises DataError when fewer than five
    people are in the table: their days would be readable one by one.
    """
    if exposure["person"].nunique() < SMALLEST_GROUP:
        raise DataError(
            f"exposure of {exposure['person'].nunique()} people is not shown: a group needs at least {SMALLEST_GROUP}."
        )
    limit = exposure["limit"].to_numpy(dtype=float)
    hours = exposure["hours"].to_numpy(dtype=float)
    caps = np.unique(limit.round(9))
    as_share = len(caps) > 1 or caps[0] == 0
    cap = 1.0 if as_share else float(caps[0])
    value = _share(hours, limit) if as_share else hours
    width = (cap if np.isfinite(cap) else 4.0) / bins_to_cap
    # A second of slack keeps a day that sits exactly on the cap below it.
    place = np.maximum(0, np.ceil((value - 1 / 3600) / width).astype(int) - 1)
    size = max(bins_to_cap + 2, int(place.max()) + 1)
    counts = np.bincount(place, minlength=size)
    people = [exposure["person"].to_numpy()[place == k] for k in range(size)]
    few = np.array([0 < len(set(who)) < SMALLEST_GROUP for who in people])
    return ExposureBins(
        edges=np.arange(size + 1) * width,
        counts=counts,
        hidden=few,
        cap=cap,
        as_share=as_share,
        people=exposure["person"].nunique(),
    )


def _share(hours: np.ndarray, limit: np.ndarray) -> np.ndarray:
    # Any exposure under a cap of zero is shown at twice the cap: there is no finite share of it.
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(hours <= 1e-9, 0.0, np.minimum(hours / limit, 2.0))


def planned_exposure(shifts: ShiftPlan, operation: Operation) -> pd.DataFrame:
    """Exposure by anonymous place in a shift, from the shift plan alone (no roster needed).

    The exposure of a cohort (pool, shift, date) is split evenly over its heads, as the roster
    does; `person` is the place, not a person. Columns: person, pool, date, hours, limit.
    """
    keys = ["pool", "shift", "date"]
    heads = shifts.shifts.groupby(keys, as_index=False)["heads"].sum()
    hours = shifts.exposure.groupby(keys, as_index=False)["hours"].sum()
    table = heads.merge(hours, on=keys, how="left").fillna({"hours": 0.0})
    table = table[table["heads"] > 0]
    caps = {pool.name: operation.cap_of(pool).hours_per_day for pool in operation.pools}
    rows = table.loc[table.index.repeat(table["heads"].astype(int))].copy()
    rows["person"] = rows.groupby(keys).cumcount().astype(str).radd(rows["pool"] + rows["shift"])
    rows["hours"] = rows["hours"] / rows["heads"]
    limits = [np.inf if caps[pool] is None else caps[pool] for pool in rows["pool"]]
    return rows.assign(limit=limits)[["person", "pool", "date", "hours", "limit"]].reset_index(
        drop=True
    )


def exposure(result: CheckReport | Plan, *, ax: Axes | None = None) -> Axes:
    """Draw person-days by exposure against the cap; days over the cap in another colour."""
    if isinstance(result, CheckReport):
        table, who = result.exposure, "people"
    elif result.check is not None:
        table, who = result.check.exposure, "people"
    else:
        table, who = planned_exposure(result.shifts, result.operation), "places in shifts"
    bins = exposure_bins(table)
    ax = theme.new_axes(ax)
    unit = 100.0 if bins.as_share else 1.0
    left, width = bins.edges[:-1] * unit, np.diff(bins.edges) * unit
    height = np.where(bins.hidden, SMALLEST_GROUP, bins.counts)
    for over, colour in ((False, theme.BLUE), (True, theme.ALERT)):
        for hidden in (False, True):
            pick = (bins.over == over) & (bins.hidden == hidden) & (bins.counts > 0)
            ax.bar(left[pick], height[pick], width[pick], align="edge", edgecolor=colour if hidden else "white",
                   facecolor="none" if hidden else colour, hatch="////" if hidden else None)  # fmt: skip
    ax.set_xlim(0, bins.edges[-1] * unit)
    if np.isfinite(bins.cap):
        _mark_cap(ax, bins, unit)
    handles = [Patch(color=theme.BLUE, label="within the cap")]
    if bins.over[bins.counts > 0].any():
        handles.append(Patch(color=theme.ALERT, label="OVER the cap"))
    if bins.hidden.any():
        handles.append(
            Patch(facecolor="none", edgecolor=theme.BLUE, hatch="////", label="1 to 4 people")
        )
    theme.legend_beside(ax, handles)
    breaches = int(bins.counts[bins.over].sum())
    state = f"{breaches} OVER the cap" if breaches else "none over the cap"
    state = state if np.isfinite(bins.cap) else "no daily cap holds"
    title = f"{int(bins.counts.sum()):,} days of {bins.people} {who}: {state}"
    x = (
        "Exposure (% of the daily cap)"
        if bins.as_share
        else "Severity-weighted exposure (hours a day)"
    )
    return theme.finish(ax, title=title, x=x, y="Frequency (person-days)")


def _mark_cap(ax: Axes, bins: ExposureBins, unit: float) -> None:
    ax.axvline(bins.cap * unit, color=theme.INK, linewidth=1.6)
    ax.set_xticks(np.arange(0, bins.edges[-1] * unit + 1e-9, bins.cap * unit / 4))
    name = "100 % of the cap" if bins.as_share else f"cap {bins.cap:g} h"
    ax.annotate(
        name, (bins.cap * unit, 1.0), xycoords=("data", "axes fraction"), xytext=(5, -4),
        textcoords="offset points", va="top", color=theme.INK,
    )  # fmt: skip
