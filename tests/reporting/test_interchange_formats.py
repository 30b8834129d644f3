"""Every format reads back what it wrote, and refuses what its target refuses."""

from __future__ import annotations

import gzip
import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from capacity.errors import DataError
from capacity.reporting import interchange_connect as connect
from capacity.reporting.interchange_calabrio import read_calabrio, write_calabrio
from capacity.reporting.interchange_forecast import forecast_intervals, to_nixtla, to_prophet
from capacity.reporting.interchange_generic import read_intervals, write_intervals
from capacity.reporting.interchange_genesys import (
    read_genesys_forecast,
    read_genesys_history,
    write_genesys_forecast,
    write_genesys_history,
)
from capacity.reporting.interchange_hub import check_intervals, spread_intervals, whole_volumes
from tests.builders import toy_demand, toy_operation

IDS = {"hash match": "id-1", "appeal (EU)": "id-2"}


def intervals(minutes=15, periods=672, start="2026-01-05", whole=True, queues=tuple(IDS)):
    rng = np.random.default_rng(minutes)
    parts = []
    for queue in queues:
        volume = rng.poisson(8, periods).astype(float)
        part = pd.DataFrame(
            {"queue": queue, "minutes": minutes, "volume": volume if whole else volume + 0.25}
        )
        part["start"] = pd.date_range(start, periods=periods, freq=f"{minutes}min", tz="UTC")
        part["aht_seconds"] = rng.integers(60, 900, periods).astype(float)
        part["handled"] = np.maximum(1.0, volume - 1)
        parts.append(part)
    return check_intervals(pd.concat(parts, ignore_index=True), where="toy")


def same(first, second, columns=None):
    columns = columns or list(first.columns)
    pd.testing.assert_frame_equal(first[columns], second[columns], check_dtype=False)


@pytest.mark.parametrize("minutes", [15, 30, 1440])
def test_connect_history_round_trips_in_three_grains(tmp_path, minutes):
    table = intervals(minutes, periods=60)
    path = connect.write_connect_history(
        table, tmp_path / "h.csv", queue_ids=IDS, check_volume=False
    )
    assert path.read_text().splitlines()[0] == (
        "QueueName,QueueId,ChannelType,TimeStamp,IntervalDuration,IncomingContactVolume,AverageHandleTime,ContactsHandled"
    )
    same(connect.read_connect_history(path), table)


def test_connect_override_keeps_blanks(tmp_path):
    table = intervals(30, periods=20).assign(handled=np.nan)
    table.loc[3, "volume"] = np.nan
    path = connect.write_connect_override(table, tmp_path / "o.csv", queue_ids=IDS)
    assert "ContactsHandled" not in path.read_text()
    same(connect.read_connect_override(path), table)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda t: t.assign(queue=t.queue.str.replace("(", "#")),
            "characters that Amazon Connect refuses",
        ),
        (lambda t: t.assign(volume=t.volume + 0.5), "holds fractions"),
        (lambda t: t.assign(minutes=60), "intervals of 60 minutes"),
        (lambda t: t.assign(start=t.start + pd.Timedelta(minutes=7)), "off the 15mins grid"),
        (lambda t: t.assign(handled=np.nan), "column handled: has blank cells"),
        (lambda t: t.assign(volume=-1.0), "is negative"),
        (lambda t: pd.concat([t, t]), "queue and start twice"),
        (lambda t: t.assign(start=t.start.dt.tz_localize(None)), "has no time zone"),
        (lambda t: t.drop(columns="aht_seconds"), "lacks the column 'aht_seconds'"),
        (lambda t: t.assign(url="x"), "unknown column 'url'"),
        (lambda t: t.iloc[:0], "has no rows"),
    ],
)
def test_connect_refuses_what_its_target_refuses(tmp_path, change, words):
    with pytest.raises(DataError, match=words):
        connect.write_connect_history(
            change(intervals(periods=20)), tmp_path / "h.csv", queue_ids=IDS, check_volume=False
        )


def test_connect_needs_a_thousand_contacts_a_month_over_six_months(tmp_path):
    with pytest.raises(DataError, match="needs 1,000 contacts a month over 6 months"):
        connect.write_connect_history(intervals(), tmp_path / "h.csv", queue_ids=IDS)
    long = intervals(1440, periods=184).assign(volume=30.0)
    connect.write_connect_history(long, tmp_path / "h.csv", queue_ids=IDS)


def test_a_queue_without_an_id_is_named(tmp_path):
    with pytest.raises(DataError, match="queue hash match: has no queue id"):
        connect.write_connect_history(
            intervals(), tmp_path / "h.csv", queue_ids={"appeal (EU)": "x"}, check_volume=False
        )


def test_connect_shrinkage_round_trips_and_feeds_the_plan(tmp_path):
    table = pd.DataFrame(
        {
            "group": ["g"] * 3,
            "date": [date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 1)],
            "available_fte": [10.0, 11.5, 12.0],
            "in_office": [0.125, 0.1, 0.1],
            "out_of_office": [0.1, 0.2, 0.3],
        }
    )
    path = connect.write_connect_shrinkage(table, tmp_path / "s.csv")
    same(connect.read_connect_shrinkage(path), table)
    shares = connect.shrinkage_availability(table, pools={"g": "core"})
    assert [(s.pool, s.month, float(s.share)) for s in shares] == [
        ("core", "2026-01", 0.85),
        ("core", "2026-02", 0.7),
    ]
    path.write_text(path.read_text().replace(",30", ",130"))
    with pytest.raises(DataError, match=r"percentage in \[0, 100\)"):
        connect.read_connect_shrinkage(path)


def test_genesys_history_keeps_totals_of_seconds(tmp_path):
    table = intervals(periods=40)
    path = write_genesys_history(
        table,
        tmp_path / "g.csv",
        skills={"hash match": ["de", "csam"]},
        languages={"hash match": "de"},
    )
    lines = path.read_text().splitlines()
    assert lines[0].startswith(
        "Interval Start UTC Date,Queue,Media Type,Skill Set,Language,Offered"
    )
    assert "de|||csam" in path.read_text()
    first = table.iloc[0]
    assert int(lines[1].split(",")[-1]) == first.handled * first.aht_seconds
    same(read_genesys_history(path), table)


def test_genesys_forecast_round_trips_to_two_decimals(tmp_path):
    table = intervals(periods=1344, whole=False).assign(handled=np.nan)
    path = write_genesys_forecast(
        table, tmp_path / "f.json.gz", group_ids=IDS, description="January"
    )
    body = json.loads(gzip.decompress(path.read_bytes()))
    assert body["weekCount"] == 2
    assert set(body) == {"description", "weekCount", "planningGroups", "canUseForScheduling"}
    same(
        read_genesys_forecast(path, start=pd.Timestamp("2026-01-05", tz="UTC"), group_ids=IDS),
        table,
    )


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (intervals(periods=600), "whole weeks of 672 slots"),
        (intervals(30), "use 15: see spread_intervals"),
        (intervals().iloc[:-1], "whole weeks of 672 slots"),
    ],
)
def test_genesys_refuses_other_grids(tmp_path, table, words):
    with pytest.raises(DataError, match=words):
        write_genesys_forecast(table, tmp_path / "f.json.gz", group_ids=IDS, description="x")


def test_genesys_refuses_a_file_that_is_none(tmp_path):
    path = tmp_path / "f.json.gz"
    path.write_bytes(b"no")
    with pytest.raises(DataError, match="is no Genesys forecast"):
        read_genesys_forecast(path, start=pd.Timestamp("2026-01-05", tz="UTC"), group_ids=IDS)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Dublin", "Asia/Kolkata"])
def test_calabrio_round_trips_sorted_by_skill(tmp_path, zone):
    table = intervals(periods=96).assign(handled=np.nan)
    path = write_calabrio(table.sample(frac=1, random_state=1), tmp_path / "c.csv", zone=zone)
    lines = path.read_text().splitlines()
    assert lines == sorted(lines)
    assert lines[0].split(",")[0] == "appeal (EU)"
    same(read_calabrio(path, zone=zone), table)


def test_calabrio_refuses_repeated_hours_and_long_names(tmp_path):
    autumn = intervals(periods=96, start="2026-10-25").assign(handled=np.nan)
    with pytest.raises(
        DataError, match=r'hours that Europe/Dublin repeats .* Fix: write it with zone="UTC"'
    ):
        write_calabrio(autumn, tmp_path / "c.csv", zone="Europe/Dublin")
    same(read_calabrio(write_calabrio(autumn, tmp_path / "c.csv")), autumn)
    with pytest.raises(DataError, match="at most 50 characters"):
        write_calabrio(autumn.assign(queue="x" * 51).iloc[:96], tmp_path / "c.csv")


def test_the_plain_file_keeps_everything(tmp_path):
    table = intervals(60, whole=False, queues=("=evil", "NA", "00123"))
    table.loc[2, ["aht_seconds", "handled"]] = np.nan
    same(read_intervals(write_intervals(table, tmp_path / "i.csv")), table)


@pytest.mark.parametrize("text", ["1,5", "1_000", "1 000", "inf", "١٢", "30%"])
def test_strange_numbers_are_refused(tmp_path, text):
    path = write_intervals(intervals(periods=3), tmp_path / "i.csv")
    lines = path.read_text().splitlines()
    cells = lines[1].split(",")
    cells[3] = f'"{text}"'
    path.write_text("\n".join([lines[0], ",".join(cells)]))
    with pytest.raises(DataError, match="is not a number"):
        read_intervals(path)


def test_whole_volumes_never_stray_more_than_half_a_case():
    table = intervals(whole=False)
    rounded = whole_volumes(table)
    strays = (rounded.volume - table.volume).groupby(table.queue).cumsum()
    assert strays.abs().max() <= 0.5 + 1e-9
    assert (rounded.volume == rounded.volume.round()).all()


@pytest.mark.parametrize("whole", [True, False])
def test_spreading_keeps_every_total(whole):
    table = intervals(60, whole=whole)
    fine = spread_intervals(table, minutes=15)
    assert len(fine) == 4 * len(table)
    hours = fine.groupby(["queue", fine.start.dt.floor("60min")]).volume.sum()
    assert hours.to_numpy() == pytest.approx(table.volume.to_numpy())
    with pytest.raises(DataError, match="cannot be divided"):
        spread_intervals(table, minutes=45)


def test_a_demand_goes_to_nixtla_and_prophet():
    demand = toy_demand(toy_operation(), paths=50, weeks=1)
    table = to_nixtla(demand, levels=(80, 95))
    assert list(table.columns) == [
        "unique_id",
        "ds",
        "capacity",
        "capacity-lo-80",
        "capacity-hi-80",
        "capacity-lo-95",
        "capacity-hi-95",
    ]
    assert (table["capacity-lo-95"] <= table["capacity-lo-80"]).all()
    assert (table["capacity-hi-80"] <= table["capacity-hi-95"]).all()
    prophet = to_prophet(demand, queue="hash_match")
    assert list(prophet.columns) == ["ds", "yhat", "yhat_lower", "yhat_upper"]
    assert prophet.yhat.to_numpy() == pytest.approx(table.capacity.to_numpy())
    with pytest.raises(DataError, match="did you mean 'hash_match'"):
        to_prophet(demand, queue="hash_mach")


def test_a_forecast_goes_out_in_whole_cases(tmp_path):
    operation = toy_operation(interval_minutes=15)
    demand = toy_demand(operation, weeks=1)
    table = forecast_intervals(demand, operation)
    assert (table.aht_seconds == 360).all()
    path = write_genesys_forecast(
        table, tmp_path / "f.json.gz", group_ids={"hash_match": "g"}, description="x"
    )
    assert path.exists()
