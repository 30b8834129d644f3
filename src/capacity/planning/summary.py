"""The plan in plain words: what a manager reads first."""

from __future__ import annotations

from capacity.domain.display import percent, plural
from capacity.domain.effort import Effort
from capacity.domain.headcount import HeadcountPlan
from capacity.domain.plan import Plan


def plan_summary(plan: Plan) -> str:
    """Heads, gap, what binds, promises, what is partial, exposure and money: one paragraph each.

    The text depends on the plan alone, so equal plans have equal texts.
    """
    parts = [
        _title(plan),
        headline(plan),
        _heads(plan.headcount),
        _binding(plan),
        _promises(plan),
        _partial(plan),
        _exposure(plan),
        _money(plan.headcount),
        _notes(plan),
    ]
    return "\n\n".join(part for part in parts if part)


def headline(plan: Plan) -> str:
    """One sentence: heads needed now and at the peak, against today, and what binds."""
    heads, level = plan.headcount, f"P{100 * plan.headcount.percentile:g}"
    need, labels = heads.required(heads.percentile), heads.months.labels
    today = sum(pool.heads for pool in plan.operation.pools)
    peak = int(need.argmax())
    return (
        f"{plural(int(need[0]), 'reviewer')} needed in {labels[0]} at {level}, {_against(int(need[0]), today)}; "
        f"at the peak, {labels[peak]}, {int(need[peak])} are needed, {_against(int(need[peak]), today)}. "
        f"Binding: {binding(plan)}."
    )


def binding(plan: Plan) -> str:
    """What binds, by name: of the heads first, else of the shifts."""
    names = [*plan.curve.binding, *plan.headcount.binding, *plan.shifts.binding]
    return ", ".join(dict.fromkeys(names)) or "nothing (no constraint changes the answer)"


def _against(need: int, today: int) -> str:
    if need > today:
        return f"{need - today} more than the {today} of today"
    if need < today:
        return f"{today - need} fewer than the {today} of today"
    return f"exactly the {today} of today"


def _title(plan: Plan) -> str:
    settings = plan.settings
    first = (
        f"Plan of {plan.operation.name} as of {plan.demand.as_of:%Y-%m-%d %H:%M} UTC "
        f"({settings.paths} joint paths, seed {settings.seed}, effort {settings.effort.value})"
    )
    if settings.effort is Effort.FULL:
        return first
    return (
        f"{first}\nEffort QUICK: shifts of one week, relaxed and rounded, and a short search for the roster. "
        "Plan with effort FULL before you decide."
    )


def _heads(heads: HeadcountPlan) -> str:
    level = f"P{100 * heads.percentile:g}"
    table = heads.of("all")
    lines = [
        "Heads by month (people employed, all pools)",
        f"  {'month':8}{'at P50':>8}{'at ' + level:>8}{'start':>8}{'hires':>8}{'leave':>8}{'end':>8}{'gap':>8}",
    ]
    p50, planned = heads.required(0.5), heads.required(heads.percentile)
    for row, low, high in zip(table.itertuples(), p50, planned, strict=True):
        lines.append(
            f"  {row.month:8}{low:>8}{high:>8}{row.bop:>8}{row.hires:>8}{row.attrition:>8}{row.eop:>8}{row.gap:>8}"
        )
    return "\n".join([*lines, f"  {_gap_today(heads, level)}"])


def _gap_today(heads: HeadcountPlan, level: str) -> str:
    """The gap of the first month, over all and in each pool: a surplus elsewhere fills no pool."""
    first = heads.months.labels[0]
    now = int(heads.of("all")["gap"].iloc[0])
    over_all = f"short by {now} in all" if now > 0 else "nobody is missing in all"
    rows = heads.frame[heads.frame["month"] == first]
    short = rows[(rows["pool"] != "all") & (rows["gap"] > 0)]
    pools = ", ".join(f"{row.pool} is short by {row.gap}" for row in short.itertuples())
    return f"Gap in {first} at {level}: {over_all}; {pools or 'no pool is short'}."


def _binding(plan: Plan) -> str:
    lines = [f"What binds: {binding(plan)}."]
    lines += [f"  {sentence}" for sentence in plan.headcount.advice]
    return "\n".join(lines)


def _promises(plan: Plan) -> str:
    simulation = plan.simulation
    source = "roster" if plan.roster is not None else "shift plan"
    lines = [
        f"Promises of the {source}, played on {simulation.n_paths} paths (share on time, one standard error)"
    ]
    lines += [f"  {promise}" for promise in simulation.promises]
    missed = [promise.queue for promise in simulation.promises if not promise.is_kept]
    kept = percent(float(simulation.all_kept.mean()))
    state = (
        "every target is kept on average"
        if not missed
        else f"missed: {', '.join(dict.fromkeys(missed))}"
    )
    return "\n".join([*lines, f"  {state}; {kept} of whole weeks keep every target."])


def _partial(plan: Plan) -> str:
    lines = []
    if plan.shifts.is_partial:
        short = plan.shifts.uncovered.groupby("queue")["hours"].sum()
        lines += [
            f"  {queue}: {hours:,.1f} hours of work are not covered by the shifts"
            for queue, hours in short[short > 1e-6].sort_values(ascending=False).items()
        ]
    if plan.roster is not None and len(plan.roster.unfilled):
        count = int(plan.roster.unfilled["heads"].sum())
        lines.append(f"  {plural(count, 'shift')} of the plan could not be given to a person")
    if plan.roster is not None and len(plan.roster.unassigned):
        hours = float(plan.roster.unassigned["hours"].sum())
        lines.append(f"  {hours:,.1f} hours of planned work could not be given to a person")
    if not lines:
        return "Nothing is partial: shifts cover all planned work."
    return "\n".join(["PARTIAL: today's people cannot do everything", *lines])


def _exposure(plan: Plan) -> str:
    if plan.check is None:
        return (
            "Exposure caps hold in the shift plan; no people are listed, so no roster was checked."
        )
    people = plan.check.exposure.loc[plan.check.exposure["hours"] > 0, "person"].nunique()
    return f"Exposure: {plan.check.summary()}; {people} people are exposed in the planned weeks."


def _money(heads: HeadcountPlan) -> str:
    table = heads.of("all")
    return (
        f"Money: {heads.currency} {table['cost'].sum():,.0f} over {len(table)} months, fully loaded; "
        f"{plural(int(table['hires'].sum()), 'hire')}."
    )


def _notes(plan: Plan) -> str:
    notes = dict.fromkeys(
        note
        for result in (
            plan.volume,
            plan.staffing,
            plan.shifts,
            plan.roster,
            plan.simulation,
            plan.curve,
            plan.headcount,
        )
        if result is not None
        for note in result.notes
    )
    return "\n".join(["Notes", *(f"  {note}" for note in notes)]) if notes else ""
