"""Print the whole table: python -m benchmarks.forecasting FOLDER [--peer-python PYTHON]."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from . import m4, made, many, peer, real
from .table import Row, print_header, print_rows

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
    parser.add_argument("--only", help="some parts, by comma; all of them without it")
    arguments = parser.parse_args()
    folder = arguments.folder
    missing = [name for name in FILES if not (folder / name).exists()]
    if missing:
        parser.error(f"{folder} lacks {', '.join(missing)}")
    parts: dict[str, Callable[[], list[Row]]] = {
        "hourly": lambda: m4.run(folder, m4.HOURLY),
        "weekly": lambda: m4.run(folder, m4.WEEKLY),
        "sparse": made.run_sparse,
        "nyc": lambda: real.run_nyc(folder),
        "dsa": lambda: real.run_dsa(folder),
        "speed": made.run_speed,
        "peer": lambda: peer.run(folder, arguments.peer_python),
        "odd": made.run_odd,
        "many": many.run_many,
    }
    wanted = arguments.only.split(",") if arguments.only else list(parts)
    unknown = sorted(set(wanted) - set(parts))
    if unknown:
        parser.error(f"unknown part {', '.join(unknown)}; known: {', '.join(parts)}")
    print_header()
    for name in wanted:
        print_rows(parts[name]())


if __name__ == "__main__":
    main()
