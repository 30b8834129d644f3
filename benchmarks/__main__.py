"""Run every study: `python -m benchmarks [FOLDER] [--peer PYTHON]`. Each prints its own table.

FOLDER holds `forecast/` and `scheduling/` with the public series and instances; studies that need
them are named and passed over when it is missing. `--peer` is a Python of a separate environment
with ciw, pyworkforce and statsforecast for the comparisons with other packages.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Study:
    """One benchmark module, the data that it needs and whether it compares with peers."""

    module: str
    data: str = ""
    options: tuple[str, ...] = ()
    needs_peer: bool = False


STUDIES = (
    Study(module="benchmarks.import_time"),
    Study(module="benchmarks.headcount"),
    Study(module="benchmarks.queueing.exactness"),
    Study(module="benchmarks.queueing.accuracy"),
    Study(module="benchmarks.queueing.agreement", needs_peer=True),
    Study(module="benchmarks.queueing.speed", needs_peer=True),
    Study(module="benchmarks.standard_cases"),
    Study(module="benchmarks.scheduling.weekly_plan"),
    Study(module="benchmarks.scheduling.anonymous"),
    Study(module="benchmarks.scheduling.solver_agreement"),
    Study(module="benchmarks.scheduling.explained_plans"),
    Study(module="benchmarks.scheduling.random_rosters"),
    Study(module="benchmarks.scheduling.persons"),
    Study(module="benchmarks.scheduling.curtois", data="scheduling/curtois/Instance1.txt"),
    Study(module="benchmarks.scheduling.nsplib", data="scheduling"),
    Study(module="benchmarks.forecasting", data="forecast"),
    Study(module="benchmarks.closed_loop", data="forecast"),
)


def main() -> int:
    """Run the studies one after the other; the exit code counts those that failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--peer", help="Python of an environment with the peers")
    options = parser.parse_args()
    failed = 0
    for study in STUDIES:
        print(f"\n=== {study.module}", flush=True)
        missing = _missing(study, options.folder, options.peer)
        if missing:
            print(f"passed over: {missing}")
            continue
        failed += subprocess.run(_command(study, options), check=False).returncode != 0
    return failed


def _missing(study: Study, folder: Path | None, peer: str | None) -> str:
    if study.needs_peer and not peer:
        return "give --peer PYTHON, an environment with ciw and pyworkforce"
    if study.data and (folder is None or not (folder / study.data).exists()):
        return f"needs {study.data} in FOLDER"
    return ""


def _command(study: Study, options: argparse.Namespace) -> list[str]:
    command = [sys.executable, "-m", study.module, *study.options]
    if study.data:
        command.append(str(options.folder / study.data))
    if study.needs_peer:
        command += ["--peer", options.peer]
    return command


if __name__ == "__main__":
    raise SystemExit(main())
