"""The surge playbook as a picture: how long each surge lasts, and what each option makes of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capacity.errors import DataError
from capacity.plotting import theme
from capacity.plotting.cost_chart import money_scale
from capacity.scenarios.playbook import NOTHING, Playbook
from capacity.scenarios.scenario import AS_IS


def playbook_rows(book: Playbook) -> pd.DataFrame:
    """One row a surge and option in the order drawn, hours cut at the horizon.

    Columns: surge, option, low and high (hours until every queue is back within its target on
    half and on nine tenths of the paths), beyond (the horizon cuts `high`), helps, cost. Within a
    surge doing nothing comes first, then what helps, the cheapest first, then the rest.
    """
    rows = book.frame[book.frame["surge"] != AS_IS].copy()
    rows["low"] = rows["back_hours_p50"].clip(upper=book.horizon_hours)
    rows["high"] = rows["back_hours_p90"].clip(upper=book.horizon_hours)
    rows["beyond"] = np.isinf(rows["back_hours_p90"])
    rows["helps"] = rows["rank_cost"].notna()
    rows["place"] = rows["rank_cost"].fillna(np.inf).where(rows["option"] != NOTHING, 0.0)
    surges = {name: k for k, name in enumerate(dict.fromkeys(rows["surge"]))}
    order = rows.assign(turn=rows["surge"].map(surges)).sort_values(["turn", "place", "option"])
    kept = ["surge", "option", "low", "high", "beyond", "helps", "cost"]
    return order[kept].reset_index(drop=True)


def playbook(book: Playbook, *, ax: Axes | None = None) -> Axes:
    """Draw hours until every queue is back within its target, by surge and option, with the cost.

    Raises
    ------
    DataError
        The playbook holds no surge.
    """
    table = playbook_rows(book)
    if table.empty:
        raise DataError("playbook: no surge was played. Fix: give play_surges at least one surge.")
    place = _places(table)
    ax = theme.new_axes(ax, width=10.5, height=1.9 + 0.3 * (place[-1] + 1.0))
    for helps, colour in ((True, theme.BLUE), (False, theme.GREY)):
        chosen = (table["helps"] == helps).to_numpy()
        low, high = table["low"][chosen], table["high"][chosen]
        ax.hlines(
            place[chosen], low, high, color=colour, linewidth=2.6, linestyles="-" if helps else ":"
        )
        ax.plot(low, place[chosen], "o", color=colour, markersize=6)
        beyond = chosen & table["beyond"].to_numpy()
        ax.plot(table["high"][beyond], place[beyond], ">", color=colour, markersize=8)
    _name_rows(ax, table, place)
    ax.set_ylim(place[-1] + 0.7, -0.7)
    ax.set_xlim(-0.02 * book.horizon_hours, 1.04 * book.horizon_hours)
    _write_costs(ax, table, place, book.currency)
    title = (
        "How long until every queue is back within its target, and what each option costs\n"
        "dot: half of the paths; line: to nine of ten; arrow: beyond the horizon; dotted: does not help"
    )
    return theme.finish(ax, title=title, x="After the surge begins (hours)", y="", grid="x")


def _places(table: pd.DataFrame) -> np.ndarray:
    """Heights of the rows: one line for the name of each surge, then its options."""
    first = table["surge"] != table["surge"].shift()
    return np.asarray(np.arange(len(table)) + first.cumsum().to_numpy(dtype=float))


def _name_rows(ax: Axes, table: pd.DataFrame, place: np.ndarray) -> None:
    names, heights = [], []
    for surge, rows in table.groupby("surge", sort=False):
        names += [theme.plain(f"{surge}:", longest=56)]
        heights += [float(place[rows.index[0]]) - 1.0]
        names += [theme.plain(option, longest=56) for option in rows["option"]]
        heights += [float(place[k]) for k in rows.index]
    ax.set_yticks(heights, names)
    for label in ax.get_yticklabels():
        label.set_fontweight("bold" if label.get_text().endswith(":") else "normal")


def _write_costs(ax: Axes, table: pd.DataFrame, place: np.ndarray, currency: str) -> None:
    divisor, word = money_scale(float(table["cost"].abs().max()))
    for height, option, cost in zip(place, table["option"], table["cost"], strict=True):
        if option != NOTHING:
            ax.annotate(
                theme.plain(f"{currency} {cost / divisor:,.1f} {word}".strip()),
                (1.0, height), xycoords=("axes fraction", "data"), xytext=(6, 0),
                textcoords="offset points", va="center", fontsize=9, color=theme.INK,
            )  # fmt: skip
