"""A linear program as arrays, stacked from slots and rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from capacity.errors import DataError
from capacity.program.rule import Rule
from capacity.program.slots import BoolArray, FloatArray, IntArray, Slots, declare


@dataclass(frozen=True, kw_only=True)
class Program:
    """Minimise cost @ x + offset subject to row_lower <= matrix @ x <= row_upper and bounds.

    `columns` and `rows` map family and rule names to their slices. A priced rule `r` owns up
    to two families of slack, `short:r` (below its lower side) and `over:r` (above its upper).
    """

    cost: FloatArray
    lower: FloatArray
    upper: FloatArray
    integer: BoolArray
    matrix: sparse.csr_array
    row_lower: FloatArray
    row_upper: FloatArray
    columns: Mapping[str, slice]
    rows: Mapping[str, slice]
    offset: float = 0.0

    @property
    def size_text(self) -> str:
        """Rows x columns, integers and nonzeros, for logs."""
        rows, columns = self.matrix.shape
        return f"{rows:,} x {columns:,}, {int(self.integer.sum()):,} int, {self.matrix.nnz:,} nnz"

    def take(self, family: str, values: FloatArray) -> FloatArray:
        """The part of a full column vector that belongs to a family."""
        return values[self.columns[family]]

    def broken(self, rule: str, values: FloatArray) -> FloatArray:
        """Violation of each row of a rule: negative below its lower side, positive above its upper."""
        part = self.rows[rule]
        slack = [name for name in (f"short:{rule}", f"over:{rule}") if name in self.columns]
        hidden = values.copy()
        for name in slack:
            hidden[self.columns[name]] = 0.0
        activity = self.matrix[part] @ hidden
        below = np.minimum(activity - self.row_lower[part], 0.0)
        above = np.maximum(activity - self.row_upper[part], 0.0)
        return np.asarray(below + above)


def stack(slots: Sequence[Slots], rules: Sequence[Rule], *, offset: float = 0.0) -> Program:
    """Stack families of decisions and rules into one program.

    Examples
    --------
    >>> from capacity.program.rule import require
    >>> shifts = declare("shifts", 2, cost=[8.0, 6.0], integer=True)
    >>> cover = require("cover", {"shifts": np.array([[1.0, 1.0]])}, lower=3, price=50.0)
    >>> program = stack([shifts], [cover])
    >>> sorted(program.columns), program.matrix.toarray().tolist()
    (['shifts', 'short:cover'], [[1.0, 1.0, 1.0]])
    """
    _check_names([part.name for part in slots], "slots")
    _check_names([rule.name for rule in rules], "rules")
    slacks = [_slack(rule, side) for rule in rules for side in ("short", "over")]
    families = [*slots, *(slack[0] for slack in slacks if slack)]
    own = {slack[0].name: slack[1] for slack in slacks if slack}
    columns = _slices([part.size for part in families], [part.name for part in families])
    rows = _slices([rule.size for rule in rules], [rule.name for rule in rules])
    width = sum(part.size for part in families)
    blocks = [_row_block(rule, columns, own, width) for rule in rules]
    matrix = sparse.csr_array(sparse.vstack(blocks)) if blocks else sparse.csr_array((0, width))
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return Program(
        cost=_join([part.cost for part in families]),
        lower=_join([part.lower for part in families]),
        upper=_join([part.upper for part in families]),
        integer=np.concatenate([part.integer for part in families] or [np.zeros(0, bool)]),
        matrix=matrix,
        row_lower=_join([rule.lower for rule in rules]),
        row_upper=_join([rule.upper for rule in rules]),
        columns=columns,
        rows=rows,
        offset=offset,
    )


def restrict(
    program: Program,
    free: BoolArray,
    values: FloatArray,
    *,
    by_column: sparse.csc_array | None = None,
) -> tuple[Program, IntArray]:
    """The program in which only the `free` columns move and the others stay at `values`.

    Rows without a free column are dropped (the fixed values are taken as they are). Returns
    the smaller program and the indices of its columns in the full one. This is the step of a
    large neighbourhood search: the matrix is sliced, never built anew. `by_column` is the
    matrix of the program in column order, for those who restrict one matrix many times.
    """
    chosen = np.flatnonzero(free)
    fixed = np.where(free, 0.0, values)
    columns = program.matrix.tocsc() if by_column is None else by_column
    part = columns[:, chosen]
    # Only rows in use are touched, so that many small steps in a large program stay cheap.
    kept, place = np.unique(part.indices, return_inverse=True)
    smaller_matrix = sparse.csc_array((part.data, place, part.indptr), (kept.size, chosen.size))
    base = program.matrix[kept] @ fixed
    smaller = replace(
        program,
        cost=program.cost[chosen],
        lower=program.lower[chosen],
        upper=program.upper[chosen],
        integer=program.integer[chosen],
        matrix=sparse.csr_array(smaller_matrix.tocsr()),
        row_lower=program.row_lower[kept] - base,
        row_upper=program.row_upper[kept] - base,
        columns={"free": slice(0, chosen.size)},
        rows={"kept": slice(0, kept.size)},
        offset=program.offset + float(program.cost @ fixed),
    )
    return smaller, chosen


def _slack(rule: Rule, side: str) -> tuple[Slots, sparse.csr_array] | None:
    edge = rule.lower if side == "short" else rule.upper
    if rule.price is None or not np.isfinite(edge).any():
        return None
    rows = np.flatnonzero(np.isfinite(edge))
    sign = 1.0 if side == "short" else -1.0
    part = sparse.csr_array(
        (np.full(rows.size, sign), (rows, np.arange(rows.size))), shape=(rule.size, rows.size)
    )
    return declare(f"{side}:{rule.name}", rows.size, cost=rule.price[rows]), part


def _row_block(
    rule: Rule, columns: Mapping[str, slice], own: Mapping[str, sparse.csr_array], width: int
) -> sparse.csr_array:
    parts = dict(rule.matrix)
    parts |= {
        f"{side}:{rule.name}": own[f"{side}:{rule.name}"]
        for side in ("short", "over")
        if f"{side}:{rule.name}" in own
    }
    data, row, column = [], [], []
    for family, part in parts.items():
        if family not in columns:
            raise DataError(
                f"rule {rule.name} names the unknown slots {family!r}; known: {sorted(columns)}."
            )
        place = columns[family]
        if part.shape[1] != place.stop - place.start:
            raise DataError(
                f"rule {rule.name}: {family} has {place.stop - place.start} decisions, the matrix {part.shape[1]}."
            )
        coo = part.tocoo()
        data.append(coo.data)
        row.append(coo.coords[0])
        column.append(coo.coords[1] + place.start)
    return sparse.csr_array(
        (np.concatenate(data), (np.concatenate(row), np.concatenate(column))),
        shape=(rule.size, width),
    )


def _slices(sizes: Sequence[int], names: Sequence[str]) -> dict[str, slice]:
    ends = np.cumsum([0, *sizes])
    return {
        name: slice(int(a), int(b)) for name, a, b in zip(names, ends[:-1], ends[1:], strict=True)
    }


def _join(parts: Sequence[FloatArray]) -> FloatArray:
    return np.concatenate([*parts]) if parts else np.zeros(0)


def _check_names(names: Sequence[str], what: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{what} must have different names, twice: {', '.join(twice)}.")
