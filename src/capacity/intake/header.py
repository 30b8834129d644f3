"""Match the header of a table to the data dictionary; columns of content are refused by name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from capacity.domain.faults import FaultList, nearest
from capacity.intake.dictionary import columns_of

CONTENT = re.compile(
    r"url|uri|hash|md5|sha\d|photodna|text|body|message|comment|narrative|description|content|title"
    r"|name|e_?mail|phone|user|account|victim|suspect|address|\bip\b|handle$|report_id|image|file_?name",
)


def tidy_name(name: object) -> str:
    """A column name without blanks around it, in lower case with underscores.

    Examples
    --------
    >>> tidy_name(" Arrived At ")
    'arrived_at'
    """
    return re.sub(r"[\s-]+", "_", str(name).replace("\ufeff", "").strip()).casefold()


def table_kind(header: Sequence[str]) -> str:
    """`counts` if the header has a count column, else `cases`."""
    return "counts" if "count" in header and "arrived_at" not in header else "cases"


def check_header(header: Sequence[str], kind: str, where: str, faults: FaultList) -> None:
    """Record every fault of a header: missing, unknown, doubled columns."""
    known = columns_of(kind)
    for name in sorted({item for item in header if list(header).count(item) > 1}):
        faults.add(f"{where}, column {name}", "appears twice in the header", "keep one")
    for name, column in known.items():
        if column.required and name not in header:
            found = ", ".join(header)
            faults.add(
                f"{where}, column {name}",
                f"is missing; found: {found}",
                f"add a column {name}, or rename the one that holds it",
            )
    for name in dict.fromkeys(header):
        if name in known:
            continue
        if CONTENT.search(name):
            faults.add(
                f"{where}, column {name}",
                "looks like content or identity of a case, which planning must not hold",
                "remove the column at its source",
            )
        else:
            faults.add(
                f"{where}, column {name}", "is unknown", f"remove it; {nearest(name, known)}"
            )
