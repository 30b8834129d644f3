"""Write the sample data: `python tools/make_samples.py [--out FOLDER] [--seed N]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.samples import child_safety  # noqa: E402 - the root must be on the path first

SEED = 7


def main() -> None:
    """Make every sample that is synthetic and print the check of load against people."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "samples")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    source = ROOT / "data" / "samples" / "child_safety"
    print(child_safety.make(source, options.out / "child_safety", options.seed))


if __name__ == "__main__":
    main()
