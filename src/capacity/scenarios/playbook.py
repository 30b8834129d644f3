"""The surge playbook: how long to recover, what breaks first, what helps at which price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from capacity.domain.display import frame_html
from capacity.domain.plan import Plan
from capacity.errors import DataError
from capacity.execution import Progress, run_many
from capacity.scenarios.responses import (
    CrossTraining,
    Overtime,
    Response,
    SurgeTeam,
    Threshold,
    VendorHeads,
    hourly,
)
from capacity.scenarios.scenario import AS_IS, Scenario, check_names
from capacity.scenarios.surge_playing import SurgeTask, play_surge, surge_demand, surge_team
from capacity.scenarios.surges import surge_start, usual_surges

NOTHING = "do nothing"
COLUMNS = (
    "surge", "option", "status", "first_breach", "breach_hours", "back_hours_p50", "back_hours_p90",
    "queues_behind", "cost", "extra_hours", "cases_unseen", "exposure_per_person_day",
    "people_with_access", "rank_cost", "rank_exposure",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Playbook:
    """One row a surge and option in `frame`, one a queue besides in `queues`.

    `frame`: first_breach (queue most likely to fall behind first; "" for none), breach_hours,
    back_hours_p50 and _p90 (hours after the surge's beginning until every queue is back within its
    target, over paths; infinite: not within the horizon), queues_behind, cost of the option
    (`currency`), extra_hours, cases_unseen (decided without a person), exposure_per_person_day
    (severity-weighted hours of the work over the person-days of exposed pools: what exceeds the
    cap waits), people_with_access, and the ranks by cost and by exposure among the
    options that help (missing: it does not help). Queues that are behind on half the paths "as is"
    are named in `notes` and do not count.
    """

    frame: pd.DataFrame
    queues: pd.DataFrame
    currency: str
    horizon_hours: float
    notes: tuple[str, ...] = ()

    def of(self, surge: str) -> pd.DataFrame:
        """The options of one surge."""
        return self.frame[self.frame["surge"] == surge].reset_index(drop=True)

    def summary(self) -> str:
        """Surge by surge: what breaks first, when it is over, the cheapest and the gentlest help."""
        names = [name for name in dict.fromkeys(self.frame["surge"]) if name != AS_IS]
        lines = [self._words(self.of(name)) for name in names]
        return "\n".join([*lines, *self.notes])

    def _words(self, rows: pd.DataFrame) -> str:
        alone = rows[rows["option"] == NOTHING].iloc[0]
        first = alone["first_breach"]
        state = (
            f"{first} falls behind first, after {alone['breach_hours']:.0f} h"
            if first
            else "no queue is likely to fall behind"
        )
        text = f"{alone['surge']}: {state}; {self._back(alone)}"
        helped = rows[rows["rank_cost"].notna()]
        if helped.empty:
            return text + ("" if not first else "; none of the options helps")
        cheap = helped.sort_values(["rank_cost", "option"]).iloc[0]
        gentle = helped.sort_values(["rank_exposure", "option"]).iloc[0]
        text += f"; cheapest help: {cheap['option']} ({self.currency} {cheap['cost']:,.0f}, {self._back(cheap)})"
        if gentle["option"] != cheap["option"]:
            hours = gentle["exposure_per_person_day"]
            text += f"; least exposure: {gentle['option']} ({hours:.2f} h a person-day, {self._back(gentle)})"
        return text

    def _back(self, row: pd.Series[Any]) -> str:
        hours = float(row["back_hours_p90"])
        if hours == 0:
            return "within target throughout"
        if np.isinf(hours):
            return f"not back within {self.horizon_hours:.0f} h on nine paths of ten"
        return f"back within target after {hours:.0f} h on nine paths of ten"

    def _repr_html_(self) -> str:
        return frame_html(self.frame, title="Surge playbook", note=self.summary())


def play_surges(
    plan: Plan,
    surges: Sequence[Scenario] | None = None,
    options: Mapping[str, Sequence[Response]] | Sequence[Response] | None = None,
    *,
    weeks: int = 2,
    paths: int = 50,
    jobs: int | None = 1,
    progress: Progress | None = None,
) -> Playbook:
    """Play surges against the planned people, alone and with each option, and rank the options.

    Nobody plans anew: the shifts of the plan's first week repeat (elapsed hours), people that a
    surge takes away are missing from them, and each option adds or teaches people, or changes a
    threshold. The exposure cap holds throughout. A quiet week is played first; the surge, its
    hours and the options begin with the second week (`capacity.scenarios.surges.surge_start`).

    Parameters
    ----------
    plan : Plan
        A finished plan.
    surges : sequence of Scenario, optional
        For instance from `capacity.scenarios.surges`; default one of each kind.
    options : mapping or sequence of responses, optional
        By name (several at once are one option), or single ones; default overtime, vendor,
        cross-training and threshold for the queue with most work.
    weeks : int
        Weeks played from the surge on; the demand must reach one week further.
    paths : int
        Joint demand paths, at most those of the plan.

    Raises
    ------
    DataError
        A name that stands twice, an option that the operation refuses: nothing has run.
    """
    chosen = usual_surges(plan) if surges is None else tuple(surges)
    check_names(chosen)
    reach = plan.demand.grid.periods // plan.demand.grid.intervals_per_week - 1
    if not 1 <= weeks <= reach:
        raise DataError(
            f"play_surges: weeks must be 1 to {reach} (one less than the demand has), got {weeks}. "
            "Fix: plan with more weeks."
        )
    named = _named(usual_options(plan) if options is None else options)
    surge_list = (Scenario(AS_IS), *chosen)
    tasks, keys = [], []
    for surge in surge_list:
        changed = surge.applied_to(plan.operation, as_of=plan.volume.as_of)
        demand = surge_demand(plan, changed)
        team = surge_team(plan, changed, weeks)
        book = {NOTHING: ()} if surge.name == AS_IS else {NOTHING: (), **named}
        for option, responses in book.items():
            helped = team
            for response in responses:
                helped = response(helped)
            tasks.append(
                SurgeTask(
                    demand=demand,
                    team=helped,
                    before=changed,
                    paths=min(paths, plan.demand.n_paths),
                    seed=plan.settings.seed,
                )
            )
            keys.append((surge.name, option))
    names = [f"{surge}: {option}" for surge, option in keys]
    played = run_many(play_surge, tasks, names=names, jobs=jobs, progress=progress)
    return _collect(plan, keys, played, weeks)


def usual_options(plan: Plan) -> dict[str, tuple[Response, ...]]:
    """Overtime of 10 %, a tenth more vendor heads, cross-training and five points of threshold.

    All for the queue with most work; vendors at the price of the pool's own hour, from the
    fourth day on (conventions: give your own).
    """
    operation, staffing = plan.operation, plan.staffing
    periods = plan.shifts.grid.periods
    work = {q: float(staffing.work(q, periods=periods).mean(axis=0).sum()) for q in staffing.queues}
    queue = operation.queue(max(sorted(work), key=lambda name: work[name]))
    able = [pool for pool in operation.pools if pool.serves(queue) and pool.heads]
    found: dict[str, tuple[Response, ...]] = {}
    overtime = Overtime(0.10)
    found[str(overtime)] = (overtime,)
    if able:
        pool = max(able, key=lambda item: item.heads)
        team = SurgeTeam(operation=operation, shifts=plan.shifts, start=surge_start(plan))
        vendor = VendorHeads(pool.name, heads=max(1, round(pool.heads / 10)), cost_per_hour=hourly(team, pool), lead_days=3)  # fmt: skip
        found[str(vendor)] = (vendor,)
    others = [pool for pool in operation.pools if not pool.serves(queue) and pool.heads]
    if others:
        pool = max(others, key=lambda item: item.heads)
        languages = (
            (queue.language,) if queue.language and queue.language not in pool.languages else ()
        )
        skills = () if queue.needed_skill in pool.skills else (queue.needed_skill,)
        training = CrossTraining(pool.name, skills=skills, languages=languages)
        found[str(training)] = (training,)
    points = min(0.05, 1.0 - queue.automation_share - 1e-9)
    if points > 1e-6:
        threshold = Threshold(queue.name, points=points)
        found[str(threshold)] = (threshold,)
    return found


def _named(
    options: Mapping[str, Sequence[Response]] | Sequence[Response],
) -> dict[str, tuple[Response, ...]]:
    if isinstance(options, Mapping):
        found = {name: tuple(responses) for name, responses in options.items()}
    else:
        found = {str(response): (response,) for response in options}
        if len(found) < len(options):
            raise DataError(
                "play_surges: an option stands twice. Fix: name the options in a mapping."
            )
    if NOTHING in found:
        raise DataError(f"option {NOTHING!r} is always implied. Fix: leave it out or rename it.")
    return found


def _collect(
    plan: Plan, keys: Sequence[tuple[str, str]], played: Sequence[dict[str, Any]], weeks: int
) -> Playbook:
    usual = played[0]["queues"]
    behind: set[str] = set()
    if len(usual):
        behind = set(usual.loc[usual["breach_share"] >= 0.5, "queue"])
    rows, details = [], []
    for (surge, option), figures in zip(keys, played, strict=True):
        table = figures.pop("queues")
        if len(table):
            details.append(table.assign(surge=surge, option=option))
            table = table[~table["queue"].isin(behind)]
        rows.append({"surge": surge, "option": option, **figures, **_times(table)})
    frame = _ranked(pd.DataFrame(rows))
    notes = (
        [f"behind without any surge, not counted: {', '.join(sorted(behind))}"] if behind else []
    )
    queues = pd.concat(details, ignore_index=True) if details else pd.DataFrame()
    return Playbook(
        frame=frame[list(COLUMNS)],
        queues=queues,
        currency=plan.operation.currency,
        horizon_hours=weeks * 168.0,
        notes=tuple(notes),
    )


def _times(table: pd.DataFrame) -> dict[str, Any]:
    if table.empty:
        return {"first_breach": "", "breach_hours": np.inf, "back_hours_p50": np.inf,
                "back_hours_p90": np.inf, "queues_behind": 0}  # fmt: skip
    likely = table[table["breach_share"] >= 0.5].sort_values(["breach_hours", "queue"])
    return {
        "first_breach": str(likely["queue"].iloc[0]) if len(likely) else "",
        "breach_hours": float(likely["breach_hours"].iloc[0]) if len(likely) else np.inf,
        "back_hours_p50": float(table["back_hours_p50"].max()),
        "back_hours_p90": float(table["back_hours_p90"].max()),
        "queues_behind": len(likely),
    }


def _ranked(frame: pd.DataFrame) -> pd.DataFrame:
    """Ranks among the options that bring every queue back sooner than doing nothing, or at all."""
    frame = frame.assign(rank_cost=np.nan, rank_exposure=np.nan)
    for _, rows in frame.groupby("surge", sort=False):
        alone = rows[rows["option"] == NOTHING].iloc[0]
        tried = rows[(rows["option"] != NOTHING) & (rows["status"] == "played")]
        sooner = tried["back_hours_p90"] < alone["back_hours_p90"]
        fewer = tried["queues_behind"] < alone["queues_behind"]
        median = tried["back_hours_p50"] < alone["back_hours_p50"]
        helps = tried[sooner | fewer | median | (alone["status"] != "played")]
        for column, by in (("rank_cost", ["cost", "back_hours_p90"]),
                           ("rank_exposure", ["exposure_per_person_day", "people_with_access"])):  # fmt: skip
            order = helps.sort_values([*by, "option"]).index
            frame.loc[order, column] = np.arange(1, len(order) + 1, dtype=float)
    return frame
