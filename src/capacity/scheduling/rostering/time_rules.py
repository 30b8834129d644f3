"""Rules over several days of one person as rows: rolling windows and blocks (weekends)."""

from __future__ import annotations

import numpy as np

from capacity.scheduling.rostering.parts import ModelParts
from capacity.scheduling.rostering.problem import BlockRule, Floats, Ints, WindowRule


def add_windows(parts: ModelParts, assign: Ints, work: Ints, rules: tuple[WindowRule, ...]) -> None:
    """Every rolling-window rule, hard or priced."""
    for rule in rules:
        for start in window_starts(rule, assign.shape[1]):
            _add_window(parts, assign, work, rule, start)


def window_starts(rule: WindowRule, days: int) -> range:
    """First days of the windows; negative where a window begins before the horizon.

    Windows cut by the horizon's end are left out when every day is a start: the last whole
    window holds them.
    """
    stop = days if rule.step > 1 else max(days - rule.days, rule.first) + 1
    if rule.before is None:
        return range(rule.first, stop, rule.step)
    reach = rule.first - rule.step * ((rule.days - 1 + rule.first) // rule.step)
    return range(reach, stop, rule.step)


def past_amount(rule: WindowRule, start: int, people: int) -> Floats:
    """Amount of each person before the horizon inside the window that begins at `start`."""
    if rule.before is None or start >= 0:
        return np.zeros(people)
    inside = rule.before[:, max(rule.before.shape[1] + start, 0) :]
    return np.asarray(inside.sum(axis=1), dtype=float)


def _add_window(parts: ModelParts, assign: Ints, work: Ints, rule: WindowRule, start: int) -> None:
    people, days, shifts = assign.shape
    low, high = max(start, 0), min(start + rule.days, days)
    if high <= low:
        return
    amount = np.broadcast_to(rule.amount, (days, shifts))[low:high]
    past = past_amount(rule, start, people)
    if (amount == amount.flat[0]).all():
        columns, values = work[:, low:high], np.full(high - low, amount.flat[0])
    else:
        columns, values = assign[:, low:high].reshape(people, -1), amount.reshape(-1)
    if rule.at_most is not None:
        limit = np.maximum(rule.at_most - past, 0.0)  # history above a limit forbids adding to it
        binds = np.nonzero(np.isfinite(limit) & (limit < amount.max(axis=1).sum()))[0]
        _add_limit(parts, columns[binds], values, limit[binds], rule.price)
    if rule.at_least is not None and start + rule.days <= days:
        limit = rule.at_least - past
        binds = np.nonzero(np.isfinite(limit) & (limit > 0))[0]
        _add_limit(parts, columns[binds], -values, -limit[binds], rule.price)


def _add_limit(
    parts: ModelParts, columns: Ints, values: Floats, limit: Floats, price: float
) -> None:
    """Rows values . x <= limit, hard or with a priced slack."""
    if not limit.size:
        return
    if np.isfinite(price):
        slack = parts.add_columns(limit.size, cost=np.full(limit.size, price), upper=np.inf)
        parts.add_rows(np.column_stack([columns, slack]), np.append(values, -1.0), upper=limit)
    else:
        parts.add_rows(columns, values, upper=tighten(values, limit))


def tighten(values: Floats, limit: Floats) -> Floats:
    """The limit lowered to the nearest sum that can occur when all amounts share a divisor.

    Shifts of 480 minutes under a limit of 4,700 minutes are nine shifts; saying so makes the
    linear bound stronger and loses no roster.

    Examples
    --------
    >>> import numpy as np
    >>> tighten(np.array([480.0, 480.0]), np.array([4700.0]))
    array([4320.])
    """
    whole = np.abs(values[values != 0])
    if not whole.size or not np.equal(whole, np.round(whole)).all():
        return limit
    divisor = float(np.gcd.reduce(whole.astype(np.int64)))
    return np.asarray(divisor * np.floor(limit / divisor + 1e-9))


def add_blocks(parts: ModelParts, work: Ints, rules: tuple[BlockRule, ...]) -> None:
    """Worked blocks (weekends): a helper column is one when any day of the block is worked."""
    people = work.shape[0]
    for rule in rules:
        busy = parts.add_columns(people * len(rule.blocks), integer=True).reshape(
            people, len(rule.blocks)
        )
        for number, block in enumerate(rule.blocks):
            for day in block:
                parts.add_rows(
                    np.column_stack([work[:, day], busy[:, number]]), [1.0, -1.0], upper=0.0
                )
        _add_block_windows(parts, busy, rule)


def _add_block_windows(parts: ModelParts, busy: Ints, rule: BlockRule) -> None:
    people, blocks = busy.shape
    past = np.zeros((people, 0)) if rule.before is None else rule.before
    reach = min(rule.window - 1, past.shape[1])
    for start in range(-reach, max(blocks - rule.window, -reach) + 1):
        carried = past[:, past.shape[1] + start :].sum(axis=1) if start < 0 else np.zeros(people)
        limit = rule.at_most - carried
        columns = busy[:, max(start, 0) : start + rule.window]
        binds = np.nonzero(np.isfinite(limit) & (limit < columns.shape[1]))[0]
        if binds.size:
            parts.add_rows(columns[binds], np.ones(columns.shape[1]), upper=np.floor(limit[binds]))
