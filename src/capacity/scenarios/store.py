"""A folder of finished scenarios: one content-addressed file each, so that a sweep can resume."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from capacity.errors import DataError
from capacity.intake.atomic import write_atomically
from capacity.scenarios.measuring import Measured

FORMAT = 2
PACKAGES = ("reviewer-capacity", "numpy", "pandas", "scipy", "highspy", "pulp")
HEADER, MANIFEST = "versions.json", "manifest.json"


@dataclass(frozen=True, kw_only=True)
class ResultStore:
    """Results by content key in a folder; every file is whole or absent.

    A key covers cases, settings and the resulting operation, so a result is never taken for
    another; the header covers the versions of this library and of the solver. Two processes may
    write into one folder: equal keys mean equal bytes.
    """

    folder: Path
    resume: bool = True

    @classmethod
    def open(cls, folder: Path | str, *, resume: bool = True) -> ResultStore:
        """The store in a folder, made if it is not there; without `resume` it is only written.

        Raises
        ------
        DataError
            The folder was written by other versions, whose figures may differ.
        """
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        here = current_versions()
        header = place / HEADER
        if header.exists():
            there = _parse(header)
            changed = sorted(k for k in here.keys() | there.keys() if here.get(k) != there.get(k))
            if changed:
                parts = ", ".join(f"{k} {there.get(k)} (now {here.get(k)})" for k in changed)
                raise DataError(
                    f"{place} holds results of other versions: {parts}. "
                    "Fix: name another folder, or delete this one."
                )
        else:
            write_atomically(header, _dump(here))
        return cls(folder=place, resume=resume)

    def find(self, key: str) -> Measured | None:
        """The result of a key, or None if it was not finished."""
        path = self._path(key)
        if not self.resume or not path.exists():
            return None
        record = _parse(path)
        body: dict[str, Any] = record.get("result") or {}
        if record.get("key") != key or record.get("sha256") != _digest(body):
            raise DataError(f"{path}: is damaged. Fix: delete it and resume.")
        return _read(body)

    def keep(self, key: str, result: Measured) -> None:
        """Write a finished result, atomically."""
        body = _write(result)
        record = {"key": key, "sha256": _digest(body), "result": body}
        write_atomically(self._path(key), _dump(record))

    def close(self, names: Mapping[str, str]) -> None:
        """Write the manifest: scenario names with their keys. It is written last."""
        write_atomically(self.folder / MANIFEST, _dump({"scenarios": dict(names)}))

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"


def current_versions() -> dict[str, str | int]:
    """What a result may depend on besides its inputs."""
    found: dict[str, str | int] = {"format": FORMAT}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def _write(result: Measured) -> dict[str, Any]:
    return {
        "row": {name: _scalar(value) for name, value in result.row.items()},
        "paths": {name: _array(values) for name, values in result.paths.items()},
        "required": None if result.required is None else _array(result.required),
        "failure": result.failure,
    }


def _read(body: Mapping[str, Any]) -> Measured:
    return Measured(
        row=dict(body["row"]),
        paths={name: _numbers(item) for name, item in body["paths"].items()},
        required=None if body["required"] is None else _numbers(body["required"]),
        failure=body["failure"],
    )


def _scalar(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def _array(values: np.ndarray) -> dict[str, Any]:
    """Shape and the exact bytes of 64-bit numbers, little end first."""
    data = np.ascontiguousarray(values, dtype="<f8").tobytes()
    return {"shape": list(values.shape), "f8": base64.b64encode(data).decode("ascii")}


def _numbers(item: Mapping[str, Any]) -> np.ndarray:
    flat = np.frombuffer(base64.b64decode(item["f8"]), dtype="<f8")
    return np.asarray(flat.reshape(item["shape"]), dtype=float).copy()


def _digest(body: object) -> str:
    return hashlib.sha256(_dump(body)).hexdigest()


def _dump(value: object) -> bytes:
    return json.dumps(value, sort_keys=False, ensure_ascii=False, indent=None).encode("utf-8")


def _parse(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise DataError(f"{path}: is damaged. Fix: delete it and resume.") from None
    if not isinstance(found, dict):
        raise DataError(f"{path}: is damaged. Fix: delete it and resume.")
    return found
