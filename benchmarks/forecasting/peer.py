"""Processor time per series against statsforecast's MSTL, in an environment of its own.

Processor time, so that other work on the machine weighs on both sides alike; the threads of a
process count in full.
"""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

from capacity.forecasting import forecast_panel

from .m4 import HOURLY, read_series
from .table import Row

PEER = """
import csv, gzip, json, sys, time
import numpy as np
from statsforecast.models import MSTL, AutoETS
rows = csv.reader(gzip.open(sys.argv[1], "rt")); next(rows)
series = [np.array([float(x) for x in row[1:] if x not in ("", "NA")]) for row in rows]
series = series[:: max(1, len(series) // int(sys.argv[2]))]
model = lambda: MSTL(season_length=[24, 168], trend_forecaster=AutoETS(model="ZZN"))
model().forecast(y=series[0], h=48)
start = time.process_time()
for y in series:
    model().forecast(y=y, h=48)
print(json.dumps({"series": len(series), "ms": 1000 * (time.process_time() - start) / len(series)}))
"""


def run(folder: Path, peer_python: str | None, series_of_peer: int = 40) -> list[Row]:
    series = read_series(folder / "m4_hourly_train.csv.gz")
    started = time.process_time()
    forecast_panel(series, seasons=HOURLY.seasons, horizon=HOURLY.horizon)
    own = 1000 * (time.process_time() - started) / len(series)
    measured, met = f"{own:.1f} ms of processor time a series; peer not run (--peer-python)", None
    if peer_python:
        path = str(folder / "m4_hourly_train.csv.gz")
        command = [peer_python, "-c", PEER, path, str(series_of_peer)]
        answer = json.loads(
            subprocess.run(command, check=True, capture_output=True, text=True).stdout
        )
        ratio = answer["ms"] / own
        measured = (
            f"{own:.1f} ms of processor time against {answer['ms']:.0f} ms "
            f"({answer['series']} series): {ratio:.0f} x"
        )
        met = ratio >= 30
    return [
        Row(
            claim="one process, one setting, per M4 Hourly series with its backtest, against statsforecast MSTL",
            must="30 x faster",
            aim="100 x",
            measured=measured,
            met=met,
        )
    ]
