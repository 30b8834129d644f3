"""Ten small queueing models that both this library and a peer can run; plain data, no imports.

Rates per hour, services in hours. `priorities` by class (0 is first); `schedule` gives servers by
equal shifts that repeat; `route` is the probability to go on to node 1 after node 0.
"""

from __future__ import annotations

MODELS: dict[str, dict] = {
    "1 M/M/1": {"rates": [0.8], "service": ["exp", 1.0], "servers": [1]},
    "2 M/M/5": {"rates": [4.2], "service": ["exp", 1.0], "servers": [5]},
    "3 M/LN/4, cv 1.5": {"rates": [3.4], "service": ["lognormal", 1.0, 1.5], "servers": [4]},
    "4 M/D/6": {"rates": [5.3], "service": ["constant", 1.0], "servers": [6]},
    "5 two priorities, 5 servers": {
        "rates": [1.5, 2.8],
        "service": ["exp", 1.0],
        "servers": [5],
        "priorities": [0, 1],
    },
    "6 three priorities, lognormal, 8 servers": {
        "rates": [1.0, 2.5, 3.6],
        "service": ["lognormal", 1.0, 1.5],
        "servers": [8],
        "priorities": [0, 1, 2],
    },
    "7 shifts of 8 h: 6, 4, 2 servers": {
        "rates": [3.2],
        "service": ["exp", 0.9],
        "servers": [6],
        "schedule": [6, 4, 2],
    },
    "8 nights closed, two priorities": {
        "rates": [0.8, 2.0],
        "service": ["exp", 0.5],
        "servers": [3],
        "schedule": [3, 3, 0],
        "priorities": [0, 1],
    },
    "9 a fifth escalates to a second team": {
        "rates": [4.0],
        "service": ["exp", 1.0],
        "second_service": ["exp", 2.0],
        "servers": [5, 2],
        "route": 0.2,
    },
    "10 pre-emption, 3 servers": {
        "rates": [1.0, 1.4],
        "service": ["exp", 1.0],
        "servers": [3],
        "priorities": [0, 1],
        "preempt": True,
    },
}

WARM_HOURS = 240.0
COUNT_HOURS = 2400.0
TAIL_HOURS = 240.0
