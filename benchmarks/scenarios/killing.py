"""Kill a store at many random moments: python -m benchmarks.scenarios.killing [--kills 200]

A process writes results into a store and is killed with SIGKILL after a random time; after each
kill every file must be whole. Prints kills, files seen whole, and torn files (must be 0).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from capacity.errors import DataError
from capacity.scenarios import ResultStore

WRITER = (
    "import sys; import numpy as np; from capacity.scenarios import ResultStore;"
    "from capacity.scenarios.measuring import Measured; store = ResultStore.open(sys.argv[1]); print('on', flush=True)\n"
    "for k in range(10**6): store.keep(f'k{k % 50}', Measured(row={'k': k % 50}, required=np.full((500, 18), k % 50.0)))"
)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    options = parser.parse_args()
    moments = np.random.default_rng(1).uniform(0, 0.3, options.kills)
    whole = torn = 0
    with tempfile.TemporaryDirectory() as folder:
        for wait in moments:
            with subprocess.Popen(
                [sys.executable, "-c", WRITER, folder], stdout=subprocess.PIPE
            ) as process:
                assert process.stdout is not None
                process.stdout.readline()
                time.sleep(float(wait))
                process.kill()
            store = ResultStore.open(folder)
            for path in Path(folder).glob("k*.json"):
                try:
                    found = store.find(path.stem)
                    whole += int(found is not None and found.row["k"] == int(path.stem[1:]))
                except DataError:
                    torn += 1
    print(f"kills {options.kills}, files read whole {whole}, torn {torn}")


if __name__ == "__main__":
    main()
