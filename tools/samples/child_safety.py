"""The child-safety sample: people, hourly counts, case log; and the check of load against people."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd

from capacity.domain import Operation
from capacity.intake import read_operation
from tools.samples.arrivals import automated_counts, history_grid, hourly_counts
from tools.samples.caselog import case_log
from tools.samples.load_check import report
from tools.samples.people import people_csv
from tools.samples.settings import LOG_WEEKS, SOURCES

STAMP = "%Y-%m-%dT%H:%M:%SZ"


def make(source: Path, target: Path, seed: int) -> str:
    """Write people.csv, counts.csv.gz and cases.csv.gz of `source/operation.toml` into `target`."""
    target.mkdir(parents=True, exist_ok=True)
    (target / "people.csv").write_text(people_csv(seed), encoding="utf-8")
    operation = read_operation(source / "operation.toml")
    counts = np.asarray([hourly_counts(item, operation, seed) for item in SOURCES])
    automated = np.asarray(
        [
            automated_counts(item, row, operation, seed)
            for item, row in zip(SOURCES, counts, strict=True)
        ]
    )
    write_gzip(target / "counts.csv.gz", counts_frame(counts, automated))
    write_gzip(target / "cases.csv.gz", case_log(counts, automated, operation, seed))
    return report(operation, last_weeks(counts, operation))


def counts_frame(counts: np.ndarray, automated: np.ndarray) -> pd.DataFrame:
    """One row an hour and queue, zeros included."""
    starts = history_grid().starts
    return pd.DataFrame(
        {
            "start": np.repeat(starts, len(SOURCES)),
            "queue": np.tile([item.queue for item in SOURCES], len(starts)),
            "count": counts.T.ravel(),
            "automated": automated.T.ravel(),
        }
    )


def last_weeks(counts: np.ndarray, operation: Operation) -> pd.DataFrame:
    """Arrivals by week (rows) and queue (columns) over the weeks of the log."""
    weeks = counts[:, -LOG_WEEKS * 168 :].reshape(len(SOURCES), LOG_WEEKS, 168).sum(axis=2).T
    return pd.DataFrame(weeks, columns=[item.queue for item in SOURCES])[
        list(operation.queue_names)
    ]


def write_gzip(path: Path, frame: pd.DataFrame) -> None:
    """A gzip CSV without time stamp or file name, so that equal content gives equal bytes."""
    text = frame.to_csv(index=False, date_format=STAMP, lineterminator="\n")
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=9, mtime=0) as packed,
    ):
        packed.write(text.encode("utf-8"))
