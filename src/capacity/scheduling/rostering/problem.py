"""The roster problem as data: people x days x shift types, what must hold and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from capacity.errors import DataError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Cover:
    """People wanted in some cells (day, shift type), counted over `people` (None: everybody).

    A head short costs `short_price`, a head too many `extra_price`; infinity forbids it.
    """

    cells: tuple[tuple[int, int], ...]
    need: int
    short_price: float
    extra_price: float = np.inf
    people: tuple[int, ...] | None = None
    name: str = "cover"


@dataclass(frozen=True, kw_only=True, eq=False)
class WindowRule:
    """An amount summed over every window of `days` consecutive days stays within limits.

    One object expresses days in a row, hours a week, exposure in any 28 days, weekends apart,
    totals of one shift type and fairness: `amount` (one number for each shift type, or days x
    shift types) is added up for each person over the windows that start at `first`, `first +
    step`, ... With `before` (people x days, the last column is the day before the horizon) the
    windows reach back into the past; without it the past counts as zero. A window that runs
    beyond the horizon is cut for `at_most` and skipped for `at_least`. History that exceeds
    `at_most` by itself forbids any more, but is no breach.

    Parameters
    ----------
    amount : numpy.ndarray
        Shape (shifts,) or (days, shifts), not negative.
    days, step, first : int
        Length of a window, distance between windows, first window.
    at_most, at_least : numpy.ndarray or None
        Limit of each person; nan switches the limit off for that person.
    before : numpy.ndarray or None
        Amounts of the days before the horizon, shape (people, past days).
    price : float
        Cost of one unit beyond a limit; infinity (the default) makes the rule hard.

    Examples
    --------
    >>> import numpy as np
    >>> five_in_a_row = WindowRule(name="days in a row", amount=np.ones(3), days=6,
    ...                            at_most=np.full(20, 5.0))
    >>> five_in_a_row.is_hard
    True
    """

    name: str
    amount: Floats
    days: int
    step: int = 1
    first: int = 0
    at_most: Floats | None = None
    at_least: Floats | None = None
    before: Floats | None = None
    price: float = np.inf

    @property
    def is_hard(self) -> bool:
        """Whether no price buys a way out."""
        return not np.isfinite(self.price)


@dataclass(frozen=True, kw_only=True, eq=False)
class BlockRule:
    """At most `at_most` worked blocks (sets of days, such as weekends) in any `window` of them.

    `before` holds 0 or 1 for the blocks before the horizon, the latest last.
    """

    name: str
    blocks: tuple[tuple[int, ...], ...]
    at_most: Floats
    window: int
    before: Floats | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class RunRule:
    """Runs of worked days last `shortest_work`..`longest_work`, runs of rest `shortest_rest`.

    `carried` is the run that ends on the day before the horizon: +3 three worked days, -2 two
    days of rest, 0 unknown (the first run may then have begun long ago). A run that reaches the
    last day may go on after it, so the minimum does not bind there. With `shifts` only those
    kinds of shift count as work: "at least two nights together" is a rule on nights.
    """

    name: str
    shortest_work: Ints
    shortest_rest: Ints
    longest_work: Ints
    carried: Ints
    shifts: tuple[int, ...] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class StableRule:
    """One family of shift types through each span of days; a second family costs `price`.

    `family` gives the family of each shift type; `spans` the first and one-past-last days.
    """

    name: str
    family: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    price: float


@dataclass(frozen=True, kw_only=True, eq=False)
class RosterProblem:
    """Who may work what when, at which price, and the rules.

    Parameters
    ----------
    people, shifts : tuple of str
        Names; persons are pseudonymous ids.
    allowed : numpy.ndarray
        Boolean (people, days, shifts).
    price : numpy.ndarray
        Cost of each assignment, same shape; negative for a wish.
    constant : float
        Added to the objective.
    forbidden : numpy.ndarray
        Boolean (lags, days, shifts, shifts): `[0, d, s, t]` forbids t on day d + 1 after s on
        day d, `[1, d, s, t]` forbids it on day d + 2, and so on. Only the pair named is forbidden.
    must_work : numpy.ndarray or None
        Boolean (people, days): a day that must be worked (fixed parts are narrowed by `allowed`).

    Raises
    ------
    DataError
        Shapes do not agree, or a price is not a number.
    """

    people: tuple[str, ...]
    shifts: tuple[str, ...]
    days: int
    allowed: Bools
    price: Floats
    cover: tuple[Cover, ...]
    forbidden: Bools
    windows: tuple[WindowRule, ...] = ()
    blocks: tuple[BlockRule, ...] = ()
    runs: tuple[RunRule, ...] = ()
    stable: tuple[StableRule, ...] = ()
    must_work: Bools | None = None
    constant: float = 0.0
    notes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape = (len(self.people), self.days, len(self.shifts))
        pairs = (len(self.forbidden), self.days, len(self.shifts), len(self.shifts))
        faults = [
            f"{name} has shape {array.shape}, expected {wanted}"
            for name, array, wanted in (
                ("allowed", self.allowed, shape),
                ("price", self.price, shape),
                ("forbidden", self.forbidden, pairs),
            )
            if array.shape != wanted
        ]
        if not np.isfinite(self.price).all():
            faults.append("price holds a value that is not finite")
        if faults:
            raise DataError(f"The roster problem was refused: {'; '.join(faults)}.")

    def cost_of(self, chosen: Ints) -> float:
        """Price of the assignments alone (no cover, no soft rules); `chosen` is -1 for a day off."""
        people, days = np.nonzero(chosen >= 0)
        return self.constant + float(self.price[people, days, chosen[people, days]].sum())
