"""Sample NSPLib (realistic set: 30 and 60 people, 28 days, cases 9 to 16) and compare.

    python -m benchmarks.scheduling.nsplib FOLDER --sample 200 --seconds 120

FOLDER holds nsplib_realistic.tar.gz and nsplib_best_known.csv.gz. Prints a line a problem that
is above the best-known value, then the counts. A value below the best known one means that a
rule is read differently (see nsplib_format.py), not a record.
"""

from __future__ import annotations

import argparse
import io
import tarfile
import time
import zipfile
from pathlib import Path

import pandas as pd

from benchmarks.scheduling.nsplib_format import parse_case, parse_problem, roster_problem
from capacity.domain.seeds import stream
from capacity.scheduling.rostering import SearchLimits, search_roster

ROOT = "datasets/OtherBenchmarks/NSPLib"


def read_texts(folder: Path) -> dict[str, str]:
    """Every problem and case of the archive as text, by short name (N30/1, case/9)."""
    texts: dict[str, str] = {}
    with tarfile.open(folder / "nsplib_realistic.tar.gz") as archive:
        for member in archive.getmembers():
            name = member.name.removeprefix(f"{ROOT}/")
            handle = archive.extractfile(member)
            if handle is None:
                continue
            if name.endswith(".gen"):
                texts[f"case/{Path(name).stem}"] = handle.read().decode()
            elif name.endswith(".nsp"):
                texts[f"{name.split('/')[0]}/{Path(name).stem}"] = handle.read().decode()
            elif name.endswith(".zip"):
                with zipfile.ZipFile(io.BytesIO(handle.read())) as inner:
                    for entry in inner.namelist():
                        if entry.endswith(".nsp"):
                            texts[f"{name.split('/')[0]}/{Path(entry).stem}"] = inner.read(
                                entry
                            ).decode()
    return texts


def best_known(folder: Path) -> pd.Series:
    """Least cost found by (set, file, case): preferences plus 100 for each violation."""
    table = pd.read_csv(folder / "nsplib_best_known.csv.gz")
    table["cost"] = table["best_pref_cost"] + 100 * table["constraint_violations"]
    return table.groupby(["set", "file", "case"])["cost"].min()


def main() -> None:
    """Solve a random sample and print what is above, at and below the best-known value."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not (options.folder / "nsplib_realistic.tar.gz").is_file():
        parser.error(
            f"{options.folder} holds no nsplib_realistic.tar.gz (github wssuite/NurseScheduler)"
        )
    texts, best = read_texts(options.folder), best_known(options.folder)
    rng = stream(options.seed, "nsplib sample")
    counts = {"above": 0, "equal": 0, "below": 0, "listing impossible": 0}
    proven, slowest, ratios = 0, 0.0, []
    began = time.process_time()
    for place in rng.choice(len(best), size=options.sample, replace=False):
        group, file, case = best.index[place]
        known = float(best.iloc[place])
        read = parse_problem(texts[f"N{group}/{file}"])
        problem = roster_problem(read, parse_case(texts[f"case/{case}"]))
        found = search_roster(
            problem, limits=SearchLimits(wall_seconds=options.seconds, moves=10**9)
        )
        slowest = max(slowest, found.seconds)
        least = float(read.costs.min(axis=2).sum())
        word = (
            "listing impossible"
            if known < least - 1e-6
            else "above"
            if found.objective > known + 1e-6
            else "equal"
            if found.objective > known - 1e-6
            else "below"
        )
        counts[word] += 1
        proven += found.status.value == "optimal"
        ratios.append(found.objective / known - 1)
        if word in ("above", "listing impossible"):
            print(
                f"N{group}/{file} case {case}: {found.objective:.0f}, best known {known:.0f}, "
                f"bound {found.bound:.0f}, cheapest wish of every cell {least:.0f}",
                flush=True,
            )
        if len(ratios) % 20 == 0:
            spent = time.process_time() - began
            print(f"{len(ratios)} done: {counts}, {proven} proven, {spent:.0f} s", flush=True)
    print(
        f"{options.sample} problems: {counts}, {proven} proven optimal, slowest {slowest:.1f} s, "
        f"{time.process_time() - began:.0f} s of processor time in all, "
        f"mean distance {100 * sum(ratios) / len(ratios):.2f} %, worst {100 * max(ratios):.2f} %"
    )


if __name__ == "__main__":
    main()
