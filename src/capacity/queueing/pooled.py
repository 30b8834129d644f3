"""The loop for people who are all alike: one line of waiting cases, one heap of people.

The same rules and results as `play_events` where everybody may work every open case and no case
sends another one, in a third of the time.
"""
# ruff: noqa: PLR0915 - one loop without calls, as in `kernel`

from __future__ import annotations

from heapq import heappop, heappush, heapreplace
from typing import Any

INF = float("inf")


def play_pooled(line: Any, started: Any, stint_of: Any) -> None:
    """Play the cases of a line; fills the hour at which each starts, and in whose stint."""
    arrivals, key_of, hours_of, busy_of = line.arrivals, line.key, line.hours, line.busy
    stint_on, stint_off, earlier = line.stint_on, line.stint_off, line.earlier
    n_cases, n_stints = len(key_of), len(stint_on)
    newest = [-1 for _ in range(n_stints)]  # the last case of each stint
    free_from = [-1.0 for _ in range(n_stints)]
    work_until = [-1.0 for _ in range(n_stints)]
    # (hour from which a person can start, number of the stint); the sentinel stays
    free = [(INF, 0)]
    waiting = [(0.0, 0)]
    waiting.pop()
    next_stint, case = 0, -1
    next_on = stint_on[0] if n_stints > 0 else INF
    for arrival in arrivals:
        case += 1
        while next_on <= arrival or len(waiting) > 0:
            limit = next_on if next_on <= arrival else arrival
            while len(waiting) > 0:
                now, stint = free[0]
                if now > limit:
                    break
                if now >= stint_off[stint]:
                    heappop(free)
                    continue
                begun = heappop(waiting)[1]
                started[begun] = now
                stint_of[begun] = stint
                newest[stint] = begun
                heapreplace(free, (now + busy_of[begun], stint))
            if next_on > arrival:
                break
            stint, begins = earlier[next_stint], next_on
            if stint >= 0:
                begun = newest[stint]
                if begun >= 0:
                    free_from[stint] = started[begun] + busy_of[begun]
                    work_until[stint] = started[begun] + hours_of[begun]
                # a break that began late, because of the case in hand, ends as much later
                overrun = max(work_until[stint] - stint_off[stint], 0.0)
                begins = max(free_from[stint], next_on + overrun)
                work_until[next_stint] = work_until[stint]
            free_from[next_stint] = begins
            heappush(free, (begins, next_stint))
            next_stint += 1
            next_on = stint_on[next_stint] if next_stint < n_stints else INF
        if case == n_cases:
            break
        begins, stint = free[0]
        while begins <= arrival and stint_off[stint] <= arrival:
            heappop(free)
            begins, stint = free[0]
        if begins <= arrival:
            started[case] = arrival
            stint_of[case] = stint
            newest[stint] = case
            heapreplace(free, (arrival + busy_of[case], stint))
        else:
            heappush(waiting, (key_of[case], case))
