"""Columns and rows while a roster model grows, and the program that they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from capacity.program import Program
from capacity.scheduling.rostering.problem import Bools, Floats, Ints

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(kw_only=True)
class ModelParts:
    """Blocks of columns and rows; `finish` joins them into one program."""

    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    cost: list[Floats] = field(default_factory=list)
    integer: list[Bools] = field(default_factory=list)
    columns: int = 0
    rows: int = 0
    row_index: list[NDArray[np.int32]] = field(default_factory=list)
    column_index: list[NDArray[np.int32]] = field(default_factory=list)
    values: list[Floats] = field(default_factory=list)
    row_lower: list[Floats] = field(default_factory=list)
    row_upper: list[Floats] = field(default_factory=list)

    def add_columns(
        self, count: int, *, cost: Floats | None = None, upper: float = 1.0, integer: bool = False
    ) -> Ints:
        """Indices of `count` new columns between 0 and `upper`; cost zero unless given."""
        first = self.columns
        self.lower.append(np.zeros(count))
        self.upper.append(np.full(count, upper))
        self.cost.append(np.zeros(count) if cost is None else np.asarray(cost, dtype=float))
        self.integer.append(np.full(count, integer))
        self.columns += count
        return np.arange(first, first + count, dtype=np.int64)

    def add_rows(
        self,
        columns: Ints,
        values: Floats | list[float],
        *,
        lower: Floats | float = -np.inf,
        upper: Floats | float = np.inf,
    ) -> None:
        """Rows of a rectangular table of columns (rows x terms); column -1 means no term."""
        count = columns.shape[0]
        table = np.broadcast_to(np.asarray(values, dtype=float), columns.shape)
        used = (columns >= 0) & (table != 0)
        # Half the memory of int64: a year of 150 people has 20 million entries.
        self.row_index.append((np.nonzero(used)[0] + self.rows).astype(np.int32))
        self.column_index.append(columns[used].astype(np.int32))
        self.values.append(table[used])
        self.row_lower.append(np.broadcast_to(np.asarray(lower, dtype=float), count))
        self.row_upper.append(np.broadcast_to(np.asarray(upper, dtype=float), count))
        self.rows += count

    def finish(self, *, offset: float) -> Program:
        """The program."""
        places = (_joined(self.row_index, np.int32), _joined(self.column_index, np.int32))
        self.row_index, self.column_index = [], []
        matrix = sparse.csr_array(
            (_joined(self.values, np.float64), places), shape=(self.rows, self.columns)
        )
        self.values = []
        matrix.sum_duplicates()
        return Program(
            cost=_joined(self.cost, np.float64),
            lower=_joined(self.lower, np.float64),
            upper=_joined(self.upper, np.float64),
            integer=_joined(self.integer, np.bool_),
            matrix=matrix,
            row_lower=_joined(self.row_lower, np.float64),
            row_upper=_joined(self.row_upper, np.float64),
            columns={"roster": slice(0, self.columns)},
            rows={"roster": slice(0, self.rows)},
            offset=offset,
        )


def _joined(parts: list[NDArray[Scalar]], kind: type[Scalar]) -> NDArray[Scalar]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)
