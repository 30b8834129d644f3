from dataclasses import replace

import numpy as np
import pytest

from capacity.scheduling.margin import LARGEST_FACTOR, Aim, Trial, search_factors

NEEDS = 0.9 + 0.2 * (np.arange(200) + 0.5) / 200


def one_queue(factors):
    kept = NEEDS[None] <= factors[0]
    return Trial(
        factors=factors, kept_paths=kept, short=np.zeros(1), hours=float(factors[0]), plan=None
    )


def search(attempt, queues=1, confidence=0.9, **fields):
    groups = fields.pop("groups", np.zeros(queues, dtype=int))
    spread = np.full(groups.max() + 1, 0.05)
    aim = Aim(groups=groups, spread=spread, confidence=confidence)
    return search_factors(attempt, aim, **fields)


@pytest.mark.parametrize("confidence", [0.6, 0.8, 0.9, 0.95])
def test_the_found_factor_keeps_the_confidence_and_hardly_more(confidence):
    result = search(one_queue, confidence=confidence, trims=6)
    needed = np.quantile(NEEDS, confidence)
    assert result.reached
    assert result.best.kept >= confidence
    assert result.best.factors[0] <= max(1.0, needed) + 0.02


def test_a_margin_is_never_negative():
    result = search(one_queue, confidence=0.1)
    assert result.best.factors.tolist() == [1.0]
    assert len(result.trials) == 1


def test_confidence_counts_whole_paths_not_queues():
    """Each queue keeps .9 of its paths, but different ones: jointly only .8."""

    def attempt(factors):
        kept = np.ones((2, 100), dtype=bool)
        kept[0, :10] = factors[0] > 1.05
        kept[1, 10:20] = factors[1] > 1.05
        return Trial(
            factors=factors, kept_paths=kept, short=np.zeros(2), hours=factors.sum(), plan=None
        )

    first = attempt(np.ones(2))
    assert first.kept == pytest.approx(0.8)
    assert first.kept_by_queue.tolist() == pytest.approx([0.9, 0.9])
    result = search(attempt, queues=2)
    assert result.reached
    assert result.best.kept >= 0.9


def test_groups_that_share_no_people_are_raised_apart():
    def attempt(factors):
        kept = np.stack([factors[0] >= NEEDS, np.ones(200, dtype=bool)])
        return Trial(
            factors=factors, kept_paths=kept, short=np.zeros(2), hours=factors.sum(), plan=None
        )

    result = search(attempt, queues=2, groups=np.array([0, 1]))
    assert result.reached
    assert result.best.factors[1] == 1.0


def test_work_that_nobody_can_cover_is_named_and_does_not_inflate_the_rest():
    def attempt(factors):
        kept = np.stack([factors[0] >= NEEDS, np.zeros(200, dtype=bool)])
        short = np.array([0.0, 0.2])
        return Trial(factors=factors, kept_paths=kept, short=short, hours=factors.sum(), plan=None)

    result = search(attempt, queues=2)
    assert not result.reached
    assert result.beyond_reach.tolist() == [False, True]
    assert result.best.joint(~result.beyond_reach) >= 0.9
    assert result.best.factors[0] < 1.2
    assert "cannot cover" in result.reason


def test_a_search_that_cannot_succeed_ends():
    def attempt(factors):
        kept = np.zeros((1, 10), dtype=bool)
        return Trial(factors=factors, kept_paths=kept, short=np.zeros(1), hours=1.0, plan=None)

    result = search(attempt, rises=5)
    assert not result.reached
    assert len(result.trials) <= 6
    assert result.best.factors[0] <= LARGEST_FACTOR


def test_a_promise_below_its_target_is_raised_although_enough_paths_keep_it():
    """Ninety-five of a hundred paths keep it, the others fail so badly that the mean is too low."""

    def attempt(factors):
        kept = np.ones((2, 100), dtype=bool)
        kept[0, 95:] = False
        low = (0,) if factors[0] < 1.04 else ()
        return Trial(
            factors=factors,
            kept_paths=kept,
            short=np.zeros(2),
            hours=factors.sum(),
            plan=None,
            low=low,
        )

    result = search(attempt, queues=2, groups=np.array([0, 1]))
    assert result.reached
    assert result.best.factors[0] >= 1.04
    assert result.best.factors[1] == 1.0
    never = search(lambda factors: replace(attempt(factors), low=(0,)), queues=2)
    assert not never.reached
