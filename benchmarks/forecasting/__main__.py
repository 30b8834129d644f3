"""Print the whole table: python -m benchmarks.forecasting FOLDER [--peer-python PYTHON]."""

from __future__ import annotations

import argparse
from pathlib import Path

from . import m4, made, peer, real
from .table import Row, print_rows

FILES = (
    "m4_hourly_train.csv.gz",
    "m4_weekly_train.csv.gz",
    "nyc_ems_hourly_2010_2019.csv.gz",
    "dsa_sor_daily_total.csv",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forecasting", description=__doc__)
    parser.add_argument("folder", type=Path, help=f"folder that holds {', '.join(FILES)}")
    parser.add_argument("--peer-python", help="a Python that has statsforecast")
    arguments = parser.parse_args()
    missing = [name for name in FILES if not (arguments.folder / name).exists()]
    if missing:
        parser.error(f"{arguments.folder} lacks {', '.join(missing)}")
    folder = arguments.folder
    rows: list[Row] = []
    rows += m4.run(folder, m4.HOURLY)
    rows += m4.run(folder, m4.WEEKLY)
    rows += made.run_sparse()
    rows += real.run_nyc(folder)
    rows += real.run_dsa(folder)
    rows += made.run_speed()
    rows += peer.run(folder, arguments.peer_python)
    rows += made.run_odd()
    print_rows(rows)


if __name__ == "__main__":
    main()
