"""The event simulation: cases through people, event by event; one source, plain or compiled.

All randomness is drawn beforehand, so a run is a deterministic function of its arrays. In plain
Python the arrays come as lists (indexing a list is five times faster), compiled by numba as
arrays; both run the same lines (`kernel`, `pooled`) and give the same result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capacity.queueing.kernel import play_events
from capacity.queueing.pooled import play_pooled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

INF = float("inf")
EARLIEST_KEY, PLANNED_SHARES = 0, 1


class Jobs(NamedTuple):
    """Reviews to be done, one entry each.

    `order` lists the jobs that arrive by themselves by `release` (hours); the others (release
    infinite) are set free when their parent is done: `follow` (second review, escalation) and
    `side` (QA task), -1 for none. `clock` starts the due date; `fresh` jobs start it at release.
    """

    order: Any
    queue: Any
    release: Any
    clock: Any
    hours: Any
    follow: Any
    side: Any
    fresh: Any


class People(NamedTuple):
    """People and the stints that they work, stints sorted by `stint_on` (hours).

    `kind` is the skill class; `cap` the exposure hours of the duty; `until` the hour after which
    no exposed case starts; `pace` (from `pace_offset`, `pace_length` values from bin `pace_first`)
    the exposure that may have been used by the end of each bin of the duty. `slowness` stretches
    the hours of each person's cases; none means 1.
    """

    stint_person: Any
    stint_on: Any
    stint_off: Any
    kind: Any
    cap: Any
    until: Any
    pace_first: Any
    pace_offset: Any
    pace_length: Any
    pace: Any
    slowness: Any = None


class Rules(NamedTuple):
    """How cases are dispatched.

    `offset` is added to a job's clock to give its key (window = earliest due date; a large step
    by priority = priority; anything between = priority that rises with age). `rest` is the time
    after a case per hour of the case, by class and queue (occupancy, exposure breaks). `planned` holds cumulative hours by
    class, queue and bin for the rule PLANNED_SHARES.
    """

    class_queues: Any
    queue_classes: Any
    offset: Any
    severity: Any
    mean_hours: Any
    paced: Any
    rest: Any
    is_open: Any
    planned: Any
    interval_hours: float
    bins: int
    rule: int


class Played(NamedTuple):
    """Per job: hour released, started, ended (infinite where it did not happen), and by whom."""

    released: Any
    started: Any
    ended: Any
    person: Any
    exposure: Any


class Cases(NamedTuple):
    """Jobs as the kernels read them.

    `arrivals` are the release hours along `order`, then infinity; `key` orders waiting cases
    (earliest first), `dose` is the exposure of a job, `busy` its hours with the rest after them
    where all people are of one kind.
    """

    order: Any
    arrivals: Any
    queue: Any
    key: Any
    fresh: Any
    hours: Any
    busy: Any
    dose: Any
    follow: Any
    side: Any
    parent: Any


class Guide(NamedTuple):
    """Rules as the kernel reads them; easy queues are always open and no exposure limits them.

    `need` is the mean exposure of a case, `factor` 1 + rest; `simple`: no bin changes anything.
    """

    class_queues: Any
    queue_classes: Any
    offset: Any
    need: Any
    factor: Any
    paced: Any
    is_open: Any
    planned: Any
    easy: Any
    interval_hours: float
    bins: int
    by_plan: bool
    simple: bool


class Outcome(NamedTuple):
    """Containers that the kernels fill, by job: hours, and the person or stint that served it."""

    released: Any
    started: Any
    server: Any


class Line(NamedTuple):
    """Cases in the order of arrival and stints, where people are all alike.

    The last arrival brings no case: it is the last hour that is played. `earlier` is the stint
    before of the same person.
    """

    arrivals: Any
    key: Any
    hours: Any
    busy: Any
    stint_on: Any
    stint_off: Any
    earlier: Any


class Machine(NamedTuple):
    """What runs the kernels: their functions, and how it takes arrays and blank containers."""

    play_events: Callable[..., None]
    play_pooled: Callable[..., None]
    take: Callable[[Any], Any]
    blank: Callable[[int, Any], Any]


def _as_lists(value: Any) -> Any:
    """A tuple of arrays as a tuple of lists, for the plain kernels."""
    return type(value)(*(item.tolist() if hasattr(item, "tolist") else item for item in value))


def _blank_list(size: int, value: Any) -> Any:
    return [value] * size


PLAIN = Machine(play_events, play_pooled, _as_lists, _blank_list)


def run_plain(jobs: Jobs, people: People, rules: Rules, horizon: float) -> Played:
    """Run the simulation in plain Python."""
    return run_events(PLAIN, jobs, people, rules, horizon)


def run_events(
    machine: Machine,
    jobs: Jobs,
    people: People,
    rules: Rules,
    horizon: float,
    *,
    pooled: bool = True,
) -> Played:
    """Run the kernel that fits; `pooled` False plays people who are all alike as any others."""
    if people.slowness is None:
        people = people._replace(slowness=np.ones(len(people.kind)))
    guide, cases = _guide(people, rules), _cases(jobs, people, rules)
    size, blank = len(cases.queue), machine.blank
    if pooled and _all_alike(cases, people, guide):
        return _run_pooled(machine, jobs, people, cases, horizon)
    outcome = Outcome(blank(size, INF), blank(size, INF), blank(size, -1))
    machine.play_events(
        machine.take(cases), machine.take(people), machine.take(guide), float(horizon), outcome
    )
    return _played(
        (
            np.minimum(np.asarray(outcome.released, dtype=np.float64), _arrived(jobs, horizon)),
            np.asarray(outcome.started, dtype=np.float64),
        ),
        np.asarray(outcome.server, dtype=np.int64),
        jobs,
        people,
        cases.dose,
    )


def _run_pooled(
    machine: Machine, jobs: Jobs, people: People, cases: Cases, horizon: float
) -> Played:
    last = np.nextafter(horizon, -INF)
    size = int(np.searchsorted(cases.arrivals[:-1], last, side="right"))
    line = _line(cases, people, size, last)
    begun, servers = machine.blank(size, INF), machine.blank(size, -1)
    machine.play_pooled(machine.take(line), begun, servers)
    started, person = np.full(len(cases.queue), INF), np.full(len(cases.queue), -1)
    inside = _as_slice(cases.order[:size])
    started[inside] = np.asarray(begun, dtype=np.float64)
    # -1, for a case that nobody began, reads the last place
    person[inside] = np.append(people.stint_person, -1)[np.asarray(servers, dtype=np.int64)]
    return _played((_arrived(jobs, horizon), started), person, jobs, people, cases.dose)


def _arrived(jobs: Jobs, horizon: float) -> Floats:
    """Release hours of the jobs that arrive by themselves, infinite for all others."""
    release = np.asarray(jobs.release, dtype=np.float64)
    return np.where(release < horizon, release, INF)


def _as_slice(rows: Ints) -> slice | Ints:
    """Rows 0, 1, 2 ... as a slice, which copies nothing."""
    return slice(len(rows)) if np.array_equal(rows, np.arange(len(rows))) else rows


def _played(
    times: tuple[Floats, Floats], person: Ints, jobs: Jobs, people: People, dose: Floats
) -> Played:
    released, started = times
    # a case that nobody began reads the last place
    slow = np.append(people.slowness, 1.0)[person]
    done = (person >= 0) & (dose > 0)
    return Played(
        released=released,
        started=started,
        ended=started + np.asarray(jobs.hours) * slow,
        person=person,
        exposure=np.bincount(person[done], weights=(dose * slow)[done], minlength=len(people.kind)),
    )


def _line(cases: Cases, people: People, size: int, last: float) -> Line:
    """The first `size` cases to arrive, and the stints up to hour `last`."""
    inside = _as_slice(cases.order[:size])
    begun = np.asarray(people.stint_on) <= last
    who = np.asarray(people.stint_person)[begun]
    by_person = np.argsort(who, kind="stable")
    earlier = np.full(len(who), -1, dtype=np.int64)
    same = who[by_person][1:] == who[by_person][:-1]
    earlier[by_person[1:][same]] = by_person[:-1][same]
    return Line(
        arrivals=np.append(cases.arrivals[:size], last),
        key=cases.key[inside],
        hours=cases.hours[inside] if same.any() else np.zeros(0),
        busy=cases.busy[inside],
        stint_on=np.asarray(people.stint_on)[begun],
        stint_off=np.asarray(people.stint_off)[begun],
        earlier=earlier,
    )


def _cases(jobs: Jobs, people: People, rules: Rules) -> Cases:
    order, queue = np.asarray(jobs.order), np.asarray(jobs.queue)
    release, hours = np.asarray(jobs.release), np.asarray(jobs.hours)
    fresh = np.asarray(jobs.fresh, dtype=np.bool_)
    start = (
        np.where(fresh & np.isfinite(release), release, jobs.clock) if fresh.any() else jobs.clock
    )
    kind = int(people.kind[0]) if len(people.kind) else 0
    rest, severity = np.asarray(rules.rest)[kind], np.asarray(rules.severity)
    return Cases(
        order=order,
        arrivals=np.append(release[_as_slice(order)], INF),
        queue=queue,
        key=np.asarray(start) + np.asarray(rules.offset)[queue],
        fresh=fresh,
        hours=hours,
        busy=hours * (1.0 + rest)[queue] if rest.any() else hours,
        dose=severity[queue] * hours if severity.any() else np.zeros(len(hours)),
        follow=np.asarray(jobs.follow),
        side=np.asarray(jobs.side),
        parent=(np.asarray(jobs.follow) >= 0) | (np.asarray(jobs.side) >= 0),
    )


def _guide(people: People, rules: Rules) -> Guide:
    capped = bool(np.isfinite(people.cap).any() or np.isfinite(people.until).any())
    severity = np.asarray(rules.severity)
    easy = np.asarray(rules.is_open).all(axis=1) & ((severity == 0.0) | (not capped))
    by_plan = rules.rule == PLANNED_SHARES
    return Guide(
        class_queues=rules.class_queues,
        queue_classes=rules.queue_classes,
        offset=rules.offset,
        need=severity * np.asarray(rules.mean_hours),
        factor=1.0 + np.asarray(rules.rest),
        paced=rules.paced,
        is_open=rules.is_open,
        planned=rules.planned,
        easy=easy,
        interval_hours=float(rules.interval_hours),
        bins=int(rules.bins),
        by_plan=by_plan,
        simple=bool(easy.all()) and not by_plan,
    )


def _all_alike(cases: Cases, people: People, guide: Guide) -> bool:
    """Whether everybody may work every case at every hour, and no case sends another."""
    kinds = np.unique(people.kind)
    if len(kinds) != 1 or not guide.simple or cases.parent.any() or np.any(people.slowness != 1):
        return False
    skills = set(np.asarray(guide.class_queues)[kinds[0]].tolist())
    present = np.flatnonzero(np.bincount(cases.queue)) if len(cases.queue) else np.zeros(0)
    if not set(present.tolist()) <= skills:
        return False
    by_person = np.lexsort((people.stint_on, people.stint_person))
    who, on = people.stint_person[by_person], people.stint_on[by_person]
    off = people.stint_off[by_person]
    return not np.any((who[1:] == who[:-1]) & (on[1:] < off[:-1]))
