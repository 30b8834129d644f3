"""How long `import capacity` takes beside `import pandas`: python -m benchmarks.import_time"""

from __future__ import annotations

import subprocess
import sys

ROUNDS = 11
CASES = {
    "python alone": "pass",
    "import pandas": "import pandas",
    "import capacity": "import capacity",
    "capacity.read_operation": "import capacity; capacity.read_operation",
    "capacity.plan": "import capacity; capacity.plan",
    "capacity.plot": "import capacity; capacity.plot",
}


def seconds(code: str) -> float:
    """Seconds that a fresh interpreter needs for the code, without its own start."""
    timed = f"import time; t = time.perf_counter(); exec({code!r}); print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", timed], check=True, capture_output=True, text=True)
    return float(done.stdout)


def main() -> None:
    """Print the smallest of all rounds, the cases taken in turn so that load hits them alike."""
    best = dict.fromkeys(CASES, float("inf"))
    for _ in range(ROUNDS):
        for name, code in CASES.items():
            best[name] = min(best[name], seconds(code))
    pandas = best["import pandas"]
    print(f"{'case':26}{'seconds':>10}{'x pandas':>10}   (best of {ROUNDS})")
    for name, value in best.items():
        print(f"{name:26}{value:>10.3f}{value / pandas:>10.2f}")


if __name__ == "__main__":
    main()
