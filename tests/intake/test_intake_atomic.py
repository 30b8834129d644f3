"""A file is written whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from capacity.intake.atomic import write_atomically


def test_a_failed_write_leaves_the_old_file_and_no_draft(tmp_path, monkeypatch):
    target = write_atomically(tmp_path / "plan.csv", b"old")

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["plan.csv"]


def test_a_kill_in_mid_write_never_tears_the_file(tmp_path):
    target = tmp_path / "big.bin"
    write_atomically(target, b"a" * 5_000_000)
    code = (
        "import sys; from capacity.intake.atomic import write_atomically\n"
        f"for i in range(10_000): write_atomically({str(target)!r}, bytes([98 + i % 20]) * 5_000_000)"
    )
    child = subprocess.Popen([sys.executable, "-c", code])  # noqa: S603 - our own interpreter
    time.sleep(2.0)
    child.send_signal(signal.SIGKILL)
    child.wait()
    data = target.read_bytes()
    assert len(data) == 5_000_000
    assert len(set(data)) == 1


def test_stale_drafts_are_swept_and_fresh_ones_stay(tmp_path):
    stale, fresh = (tmp_path / f".plan.csv.{c * 16}.tmp" for c in "ab")
    stale.write_bytes(b"")
    fresh.write_bytes(b"")
    os.utime(stale, (0, 0))
    write_atomically(tmp_path / "plan.csv", b"x")
    assert not stale.exists()
    assert fresh.exists()
