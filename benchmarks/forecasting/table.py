"""Rows of the result table: a claim, what it must reach, what was measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line; ``met`` is None where the claim cannot be checked here."""

    claim: str
    must: str
    aim: str
    measured: str
    met: bool | None


def print_header() -> None:
    print("| claim | must | aim | measured | met |")
    print("|---|---|---|---|---|", flush=True)


def print_rows(rows: list[Row]) -> None:
    for row in rows:
        met = {True: "yes", False: "NO", None: "-"}[row.met]
        print(f"| {row.claim} | {row.must} | {row.aim} | {row.measured} | {met} |", flush=True)
