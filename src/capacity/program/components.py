"""Connected components: blocks of a program that share no decision and no row."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from capacity.program.slots import IntArray


def find_components(matrix: sparse.csr_array) -> tuple[int, IntArray, IntArray]:
    """Number of components, and the component of each row and of each column.

    An empty row or column is a component of its own.

    Examples
    --------
    >>> count, rows, columns = find_components(sparse.csr_array(np.array([[1, 1, 0], [0, 0, 2]])))
    >>> count, rows.tolist(), columns.tolist()
    (2, [0, 1], [0, 0, 1])
    """
    height, width = matrix.shape
    coo = matrix.tocoo()
    graph = sparse.coo_array(
        (np.ones(coo.nnz, dtype=np.int8), (coo.coords[0], coo.coords[1] + height)),
        shape=(height + width, height + width),
    )
    count, label = csgraph.connected_components(graph, directed=False)
    return int(count), label[:height].astype(np.int64), label[height:].astype(np.int64)
