"""A log counted on disk gives the volume that the same log gives in memory."""

import numpy as np
import pandas as pd
import pytest

from capacity.errors import DataError
from capacity.intake import count_log, read_cases

pytest.importorskip("duckdb")


@pytest.fixture
def log():
    rng = np.random.default_rng(3)
    minutes = np.sort(rng.integers(0, 5 * 1440, 400))
    return pd.DataFrame(
        {
            "queue": rng.choice(["urgent", "007", "classifier, hit"], 400),
            "arrived_at": [
                (pd.Timestamp("2026-03-27T00:00Z") + pd.Timedelta(minutes=int(m))).isoformat()
                for m in minutes
            ],
            "market": rng.choice(["de", "us"], 400),
            "weight": rng.integers(1, 4, 400),
            "automated": rng.integers(0, 2, 400),
        }
    )


@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz", "log.parquet"])
@pytest.mark.parametrize("by", [(), ("market",)])
def test_a_log_on_disk_counts_like_the_log_in_memory(log, tmp_path, name, by):
    path = tmp_path / name
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
        log.to_parquet(path)
    else:
        log.to_csv(path, index=False)
    counted = read_cases(count_log(path, by=by, interval_minutes=30)).volume(by=by)
    direct = read_cases(log, interval_minutes=30).volume(by=by)
    assert sorted(counted.labels, key=str) == sorted(direct.labels, key=str)
    for row, label in enumerate(direct.labels):
        other = counted.counts[counted.labels.index(label)]
        assert np.array_equal(other[: direct.grid.periods], direct.counts[row])
    assert counted.counts.sum() == log["weight"].sum()


def test_old_counts_join_the_recent_log(log, tmp_path):
    log.to_csv(tmp_path / "log.csv", index=False)
    cut = "2026-03-30T00:00Z"
    old = count_log(tmp_path / "log.csv", before=cut)
    recent = log[log["arrived_at"] >= "2026-03-30"]
    joined = read_cases(recent, history=old).volume()
    direct = read_cases(log).volume()
    assert np.array_equal(joined.of("urgent"), direct.of("urgent"))


def test_automated_cases_are_counted_apart(log, tmp_path):
    log.to_csv(tmp_path / "log.csv", index=False)
    counts = count_log(tmp_path / "log.csv")
    assert counts["automated"].sum() == (log["weight"] * log["automated"]).sum()
    assert (counts["automated"] <= counts["count"]).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"arrived_at": "2026-03-28 10:00"}, "arrived_at is no instant with an offset in 1 rows"),
        ({"arrived_at": "soon"}, r"first rows: 8\)"),
        ({"queue": " "}, "queue is empty in 1 rows"),
        ({"weight": "much"}, "weight is no number above 0 in 1 rows"),
        ({"automated": "2"}, "automated is not 0 or 1 in 1 rows"),
    ],
)
def test_a_bad_row_is_counted_and_named(log, tmp_path, change, said):
    bad = log.astype(object)
    for column, value in change.items():
        bad.loc[7, column] = value
    bad.to_csv(tmp_path / "log.csv", index=False)
    with pytest.raises(DataError, match=said):
        count_log(tmp_path / "log.csv")


def test_what_cannot_be_counted_is_refused(log, tmp_path):
    log.drop(columns="queue").to_csv(tmp_path / "log.csv", index=False)
    with pytest.raises(DataError, match="column 'queue' is missing"):
        count_log(tmp_path / "log.csv")
    with pytest.raises(DataError, match="interval_minutes is 7"):
        count_log(tmp_path / "log.csv", interval_minutes=7)
    with pytest.raises(DataError, match="unknown kind of file"):
        count_log(tmp_path / "log.xlsx")
    with pytest.raises(DataError, match="No files found"):
        count_log(tmp_path / "none.csv")
    log.to_csv(tmp_path / "log.csv", index=False)
    with pytest.raises(DataError, match="not an edge"):
        count_log(tmp_path / "log.csv", before="2026-03-28T00:30Z")
    with pytest.raises(DataError, match="no case arrived before"):
        count_log(tmp_path / "log.csv", before="2020-01-01T00:00Z")
