import numpy as np
import pytest

from capacity.forecasting import chunks, forecast_panel
from capacity.forecasting.chunks import work_in_chunks
from capacity.forecasting.sparse import SparseNoise, draw_counts


@pytest.mark.parametrize("size", [0, 1, 7, 8, 20])
def test_chunks_cover_every_series_once(size):
    seen = np.zeros(size, dtype=int)

    def count(rows):
        seen[rows] += 1

    work_in_chunks(size, count, chunk=4)
    assert (seen == 1).all()


def test_a_fault_in_a_thread_is_raised():
    def fail(rows):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work_in_chunks(10, fail, chunk=2)


@pytest.mark.parametrize("counts", [False, True])
def test_the_number_of_threads_changes_no_byte(counts, monkeypatch):
    generator = np.random.default_rng(0)
    level = np.exp(generator.normal(2, 2, 150))[:, None]
    history = list(generator.poisson(level * np.ones((1, 90))).astype(float))
    results = []
    for cores in (1, 3):
        monkeypatch.setattr(chunks, "usable_cores", lambda cores=cores: cores)
        results.append(forecast_panel(history, seasons=(7,), horizon=9, paths=200, counts=counts))
    assert results[0].point.tobytes() == results[1].point.tobytes()
    assert results[0].paths.tobytes() == results[1].paths.tobytes()


def test_inversion_stays_sane_far_above_the_sparse_limit():
    noise = SparseNoise(dispersion=np.asarray([1.5, 1.0]), rate_cv2=np.asarray([1e-9, 1e-9]))
    rate = np.full((2, 50), 60.0)
    counts = draw_counts(rate, noise, paths=4000, generator=np.random.default_rng(1))
    assert counts.mean(axis=(1, 2)) == pytest.approx([60, 60], rel=0.01)
    assert counts.var(axis=(1, 2)) == pytest.approx([90, 60], rel=0.03)
    assert counts.max() < 150
