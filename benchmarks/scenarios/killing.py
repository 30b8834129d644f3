"""Kill a sweep at many random moments: python -m benchmarks.scenarios.killing [--kills 200]

A forked process keeps the results of 50 scenarios in a store, takes over those that are finished
already, and writes the manifest last. It is killed with SIGKILL at a random moment and started
again; whenever a sweep comes to its end, its folder must equal that of a sweep without a kill,
byte for byte. Prints kills, sweeps finished, files found whole, and torn or different files.
"""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import time
from pathlib import Path

import numpy as np

from capacity.errors import DataError
from capacity.scenarios import ResultStore
from capacity.scenarios.measuring import Measured

SCENARIOS = 50
KEYS = {f"scenario {k}": f"k{k}" for k in range(SCENARIOS)}


def sweep(folder: Path) -> None:
    """Keep what is not finished yet, and close the store."""
    store = ResultStore.open(folder)
    for number, key in enumerate(KEYS.values()):
        if store.find(key) is None:
            required = np.full((500, 18), float(number))
            store.keep(key, Measured(row={"k": number}, required=required))
    store.close(KEYS)


def killed_after(folder: Path, seconds: float) -> bool:
    """Sweep in a child and kill it; whether it was still at work."""
    child = os.fork()
    if not child:
        sweep(folder)
        os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder that a sweep leaves."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.json"))}


def torn_files(folder: Path) -> tuple[int, int]:
    """Files that read back whole, and files that do not."""
    store, whole, torn = ResultStore(folder=folder), 0, 0
    for path in folder.glob("k*.json"):
        try:
            found = store.find(path.stem)
            whole += int(found is not None and found.row["k"] == int(path.stem[1:]))
        except DataError:
            torn += 1
    return whole, torn


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    kills = finished = whole = torn = different = 0
    with tempfile.TemporaryDirectory() as place:
        begun = time.perf_counter()
        sweep(Path(place) / "calm")
        span = time.perf_counter() - begun
        calm = contents(Path(place) / "calm")
        folder = Path(place) / "0"
        while kills < options.kills:
            hit = killed_after(folder, float(rng.uniform(0, span)))
            kills += hit
            good, bad = torn_files(folder) if folder.exists() else (0, 0)
            whole, torn = whole + good, torn + bad
            if not hit:
                finished += 1
                different += contents(folder) != calm
                folder = Path(place) / str(finished)
    print(f"kills {kills}, sweeps finished after kills {finished}, of them different {different}")
    print(f"files read whole {whole}, torn {torn}")


if __name__ == "__main__":
    main()
