"""Write a file whole or not at all: temporary file, fsync, rename."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

STALE_SECONDS = 86_400.0


def write_atomically(path: Path | str, data: bytes) -> Path:
    """Write `data` to `path` so that no reader ever sees a part of it; returns the path.

    The bytes go to a temporary file beside the target, are flushed to disk and then renamed over
    it: a crash, a full disk or a kill leaves the old file intact. Two writers do not mix: the
    last rename wins whole. Temporary files that a killed process left a day ago are removed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = write_atomically(Path(folder) / "plan.csv", b"month")
    ...     written.read_bytes(), len(list(Path(folder).iterdir()))
    (b'month', 1)
    """
    target = Path(path)
    _sweep(target)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)
    return target


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where the system can open a folder."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(target: Path) -> None:
    for old in target.parent.glob(f".{target.name}.????????????????.tmp"):
        if time.time() - old.stat().st_mtime > STALE_SECONDS:
            old.unlink(missing_ok=True)
