"""The command line: plan, compare, validate. It prints and writes what the library returns.

Exit codes: 0 done; 1 the input was refused; 2 the command line itself is wrong; 3 no plan
exists (infeasible, unstable, or the solver stopped without a solution); 4 an extra is missing;
130 interrupted. Progress goes to standard error, results to standard output and files.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from capacity.domain.effort import Effort
from capacity.domain.plan import Plan
from capacity.errors import CapacityError, DataError, MissingExtraError
from capacity.intake import read_data, read_operation, validate_operation

REFUSED, NO_PLAN, MISSING_EXTRA, INTERRUPTED = 1, 3, 4, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors of the library print one message."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except MissingExtraError as error:
        return _fail(error, MISSING_EXTRA)
    except DataError as error:
        return _fail(error, REFUSED)
    except CapacityError as error:
        return _fail(error, NO_PLAN)
    except KeyboardInterrupt:
        hint = "; finished scenarios are kept, --resume goes on" if "resume" in options else ""
        print(f"interrupted{hint}", file=sys.stderr)
        return INTERRUPTED


def _fail(error: CapacityError, code: int) -> int:
    print(f"capacity: {error}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="capacity",
        description="Plan the people of a review operation from the history of its cases.",
        epilog="Exit codes: 0 done, 1 input refused, 2 usage, 3 no plan exists, 4 an extra is missing.",
    )
    parser.add_argument(
        "--version", action="version", version=f"capacity {version('reviewer-capacity')}"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    plan = commands.add_parser("plan", help="plan an operation and write tables and pictures")
    plan.add_argument("operation", type=Path, metavar="OPERATION.toml")
    _add_settings(plan)
    plan.set_defaults(run=_plan)
    compare = commands.add_parser("compare", help="plan scenarios on the same paths")
    compare.add_argument("scenarios", type=Path, metavar="SCENARIOS.toml")
    _add_settings(compare)
    compare.add_argument("--jobs", type=int, default=1, metavar="N", help="workers (default 1)")
    compare.add_argument(
        "--resume",
        action="store_true",
        help="go on with the finished scenarios in DIR/results (same input and versions)",
    )
    compare.set_defaults(run=_compare)
    validate = commands.add_parser("validate", help="list every fault of an operation file")
    validate.add_argument("operation", type=Path, metavar="OPERATION.toml")
    validate.set_defaults(run=_validate)
    return parser


def _add_settings(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--out", type=Path, required=True, metavar="DIR", help="folder for tables and pictures")
    add("--effort", choices=[item.value for item in Effort], default=Effort.QUICK.value)
    add("--seed", type=int, default=7, metavar="N", help="same seed, same bytes (default 7)")
    add("--schedule-weeks", type=int, default=4, metavar="N", help="weeks of shifts (default 4)")
    add("--weeks", type=int, default=26, metavar="N", help="weeks of demand (default 26)")
    add("--months", type=int, default=18, metavar="N", help="months of heads (default 18)")
    add("--paths", type=int, default=500, metavar="N", help="sample paths (default 500)")
    add("--confidence", type=float, default=0.90, metavar="SHARE", help="of weeks (default 0.9)")
    add("--percentile", type=float, default=0.80, metavar="SHARE", help="of heads (default 0.8)")


def _plan(options: argparse.Namespace) -> int:
    from capacity.reporting.plan_files import make_folder, write_plan  # noqa: PLC0415 -- validate needs no pictures

    tell = _teller()
    make_folder(options.out)
    made = _planned(options.operation, options, tell)
    written = write_plan(made, options.out)
    tell(f"pictures and tables: {len(written.files)} files in {written.folder}")
    for line in written.skipped:
        tell(f"not drawn: {line}")
    print(made.summary())
    print("\n" + _seconds(made))
    return 0


def _compare(options: argparse.Namespace) -> int:
    from capacity.reporting.plan_files import make_folder, write_comparison  # noqa: PLC0415 -- as above
    from capacity.scenarios import ResultStore, compare, read_scenarios  # noqa: PLC0415 -- as above

    tell = _teller()
    make_folder(options.out)
    file = read_scenarios(options.scenarios)
    store = ResultStore.open(options.out / "results", resume=options.resume)
    base = _planned(file.operation, options, tell)
    tell(f"{len(file.scenarios)} scenarios on {options.jobs} workers")
    comparison = compare(base, file.scenarios, jobs=options.jobs, store=store, progress=tell)
    written = write_comparison(comparison, options.out)
    tell(f"tables and picture: {len(written.files)} files in {written.folder}")
    print(comparison.summary())
    return 0


def _validate(options: argparse.Namespace) -> int:
    faults = validate_operation(options.operation)
    for fault in faults:
        print(fault)
    print(
        f"{options.operation}: {len(faults)} faults" if faults else f"{options.operation}: no fault"
    )
    return REFUSED if faults else 0


def _planned(path: Path, options: argparse.Namespace, tell: Callable[[str], None]) -> Plan:
    from capacity.planning import plan  # noqa: PLC0415 -- validate needs no solver

    operation = read_operation(path)
    tell(f"read {path}")
    cases = read_data(operation)
    tell(cases.summary().splitlines()[0])
    return plan(
        cases,
        operation,
        schedule_weeks=options.schedule_weeks,
        weeks=options.weeks,
        months=options.months,
        confidence=options.confidence,
        percentile=options.percentile,
        paths=options.paths,
        seed=options.seed,
        effort=Effort(options.effort),
        progress=tell,
    )


def _teller() -> Callable[[str], None]:
    begun = time.perf_counter()

    def tell(line: str) -> None:
        print(f"[{time.perf_counter() - begun:6.1f} s] {line}", file=sys.stderr, flush=True)

    return tell


def _seconds(plan: Plan) -> str:
    total = sum(seconds for _, seconds in plan.seconds)
    each = ", ".join(f"{name} {seconds:.1f}" for name, seconds in plan.seconds)
    return f"Took {total:.1f} s: {each}."
