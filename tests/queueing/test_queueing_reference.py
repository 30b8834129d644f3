"""Published and 50-digit reference values of every model that is shipped, to 1e-10 relative."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from capacity import queueing
from capacity.queueing import (
    deterministic_wait_exact,
    deterministic_wait_mean,
    erlang_a_abandonment,
    erlang_a_wait_probability,
    erlang_b,
    erlang_c,
    general_wait_mean,
    priority_wait_means,
    service_level,
    wait_mean,
)

ROWS = [
    ("erlang_b", (1, 1), 0.5, "pyworkforce tests"),
    ("erlang_b", (2, 1), 0.2, "pyworkforce tests"),
    ("erlang_b", (17, 10), 0.01294887522472657, "pyworkforce tests, least c with B <= .02"),
    ("erlang_b", (30, 25), 0.05260317222814062, "Wolfram example, 'approximately 0.05'"),
    ("erlang_b", (10, 5), 0.01838457033664813, "recursion at 50 digits"),
    ("erlang_b", (50, 40), 0.01869067110963225, "recursion at 50 digits"),
    ("erlang_b", (100, 90), 0.02695738046435921, "recursion at 50 digits"),
    ("erlang_b", (500, 480), 0.01432578072242613, "recursion at 50 digits"),
    ("erlang_b", (1000, 1000), 0.02481191764616041, "recursion at 50 digits"),
    ("erlang_b", (10000, 10000), 0.007936563248805672, "recursion at 50 digits"),
    ("erlang_b", (100000, 100000), 0.002518893423546906, "recursion at 50 digits"),
    ("erlang_b", (2, 5 / 7), 0.1295336787564767, "cran/queueing B_erlang example"),
    ("erlang_c", (14, 10), 0.1741319335950498, "pyworkforce tests and README"),
    ("erlang_c", (15, 10), 0.102042367007988, "pyworkforce tests"),
    ("erlang_c", (132, 123), 0.3211161792617074, "call-center-tools docstring"),
    ("erlang_c", (8, 3.87), 0.05008512738759876, "Erlang C table, TETRA text"),
    ("erlang_c", (10, 4.08), 0.01005174670012227, "Erlang C table, TETRA text"),
    ("erlang_c", (2, 5 / 7), 0.1879699248120301, "cran/queueing C_erlang example"),
    ("erlang_c", (2, 1), 0.3333333333333333, "50 digits"),
    ("erlang_c", (5, 4.9), 0.9503169105191671, "50 digits"),
    ("erlang_c", (10, 8), 0.4091801507964435, "50 digits"),
    ("erlang_c", (20, 18), 0.5507690048161176, "50 digits"),
    ("erlang_c", (50, 45), 0.3638644672069884, "50 digits"),
    ("erlang_c", (100, 99.9999), 0.9999877900884529, "50 digits"),
    ("erlang_c", (200, 180), 0.09447121817759082, "50 digits"),
    ("erlang_c", (1000, 980), 0.4122002923652815, "50 digits"),
    ("erlang_c", (1000, 999.999), 0.9999606973318141, "50 digits"),
    ("erlang_c", (10000, 9900), 0.2227769288641482, "50 digits"),
    ("erlang_c", (100000, 99000), 0.0008219082374107954, "50 digits"),
    ("erlang_c", (100000, 99999.9), 0.9996040570866258, "50 digits"),
    ("deterministic_wait_exact", (1, 0.9), 4.5, "Crommelin roots"),
    ("deterministic_wait_exact", (2, 1.6), 0.903283879416675, "Crommelin roots"),
    ("deterministic_wait_exact", (5, 4.0), 0.2890600072626683, "Crommelin roots"),
    ("deterministic_wait_exact", (10, 9.0), 0.3445820503796811, "Crommelin roots"),
    ("deterministic_wait_exact", (20, 18.0), 0.144286075013778, "Crommelin roots"),
    ("deterministic_wait_exact", (36, 33.3), 0.1062812160364412, "Crommelin roots"),
    ("square_root_delay", (0.1,), 0.8802870833308116, "Halfin and Whitt 1981"),
    ("square_root_delay", (0.5,), 0.504538640997945, "Halfin and Whitt 1981"),
    ("square_root_delay", (1,), 0.2233612747982607, "Halfin and Whitt 1981"),
    ("square_root_delay", (1.5,), 0.08469039449385774, "Halfin and Whitt 1981"),
    ("square_root_delay", (2,), 0.02688136242943226, "Halfin and Whitt 1981"),
]


@pytest.mark.parametrize(("name", "values", "expected", "source"), ROWS)
def test_reference_row(name, values, expected, source):
    assert source
    assert_allclose(float(getattr(queueing, name)(*values)), expected, rtol=1e-10)


@pytest.mark.parametrize(
    ("servers", "within", "expected"),
    [
        (14, 0.11, 0.8878526926911569),
        (15, 0.11, 0.9411266757039653),
        (14, 1 / 9, 0.8883500191794669),
    ],
)
def test_service_level_rows(servers, within, expected):
    assert_allclose(float(service_level(servers, 10, within=within)), expected, rtol=1e-10)
    assert_allclose(1 - float(service_level(12, 10, within=0.5)), 0.1653206888238747, rtol=1e-10)


@pytest.mark.parametrize(
    ("arrivals", "rate", "servers", "waiting", "inside"),
    [
        (9, 5, 2, 7.673684210526316, 1.052631578947368 * 9),
        (9, 5, 4, 0.1051638928218417, 0.2116848769802046 * 9),
        (300, 182.5, 3, 0.3524259155295654, 1.996261531967922),
        (300, 182.5, 3, 0.001174753051765218 * 300, 0.006654205106559738 * 300),
        (24, 30, 1, 3.2, 4.0),
        (30, 40, 1, 2.25, 3.0),
        (20, 30, 2, 0.75 - 2 / 3, 0.75),
        (5, 10, 2, 0.006666666666666667 * 5, 0.006666666666666667 * 5 + 0.5),
    ],
)
def test_queue_lengths_follow_from_waits_by_littles_law(arrivals, rate, servers, waiting, inside):
    load = arrivals / rate
    length = load * float(wait_mean(servers, load))
    assert_allclose([length, length + load], [waiting, inside], rtol=1e-10)


@pytest.mark.parametrize(
    ("load", "servers", "empty"),
    [(300 / 182.5, 3, 0.1775370329427371), (0.8, 1, 0.2), (0.75, 1, 0.25), (2 / 3, 2, 0.5)],
)
def test_probability_of_an_empty_system(load, servers, empty):
    """From C = p0 a^c / c! x c / (c - a)."""
    delayed = float(erlang_c(servers, load))
    found = delayed * (servers - load) / servers * math.factorial(servers) / load**servers
    assert_allclose(found, empty, rtol=1e-10)


@pytest.mark.parametrize(
    ("servers", "waits", "leaves"),
    [
        (40, 0.935429631078867, 0.2042856311732358),
        (50, 0.5188083154720433, 0.05632500632519083),
        (60, 0.09226505195893311, 0.005672836183024859),
    ],
)
def test_abandonment_with_equal_rates_is_poisson(servers, waits, leaves):
    assert_allclose(float(erlang_a_wait_probability(servers, 50, patience=1)), waits, rtol=1e-10)
    assert_allclose(float(erlang_a_abandonment(servers, 50, patience=1)), leaves, rtol=1e-10)


def test_abandonment_of_a_published_example():
    """10/3 a minute, handling 3, patience 5, 14 people (pyworkforce tests)."""
    leaves = float(erlang_a_abandonment(14, 10, patience=5 / 3))
    assert_allclose(leaves, 0.01398374412240894, rtol=1e-10)
    waits = float(erlang_a_wait_probability(14, 10, patience=5 / 3))
    assert_allclose(waits, 0.1452601142963612, rtol=1e-10)
    assert_allclose((1 - leaves) * 10 / 14, 0.7042973256268508, rtol=1e-10)
    assert_allclose(leaves * 5, 0.06991872061204469, rtol=1e-10)


@pytest.mark.parametrize(
    ("servers", "loads", "means"),
    [
        (15, [4.5] * 3, [0.05739326672186721, 0.143483166804668, 1.004382167632676]),
        (50, [15.0] * 3, [0.01039612763448538, 0.02599031908621346, 0.1819322336034942]),
        (50, [4.5, 13.5, 27], [0.007997021257296448, 0.0124953457145257, 0.1137076460021839]),
        (1, [1 / 12, 0.75], [(9.545454545454545 - 5) / 5, (32.27272727272727 - 5) / 5]),
    ],
)
def test_priority_means(servers, loads, means):
    assert_allclose(priority_wait_means(servers, loads), means, rtol=1e-10)


@pytest.mark.parametrize(
    ("rho", "cv", "mean"), [(0.9, 1.5, 14.625), (0.8, 1.0, 4.0), (0.95, 0.5, 11.875)]
)
def test_one_general_server_is_pollaczek_khinchine(rho, cv, mean):
    assert_allclose(float(general_wait_mean(1, rho, cv=cv)), mean, rtol=1e-10)


def test_cosmetatos_is_within_a_percent_of_exact():
    points = [(2, 1.6), (5, 4.0), (10, 9.0), (20, 18.0), (36, 33.3)]
    exact = [deterministic_wait_exact(c, a) for c, a in points]
    found = deterministic_wait_mean(*np.array(points).T)
    assert_allclose(found, exact, rtol=0.01)
    assert_allclose(found[2:4], [0.34554292, 0.14513924], rtol=1e-7)


def test_three_published_values_are_wrong():
    """0.0346 (call-center-tools), .178 (Bronson 23.16) and .0022 (Erlang C table) are slips."""
    assert_allclose(float(erlang_b(132, 123)), 0.03124282104699637, rtol=1e-10)
    assert abs(float(erlang_b(132, 123)) - 0.0346) > 0.003
    assert_allclose(1 - float(erlang_c(1, 0.75)), 0.25, rtol=1e-10)
    conditional = [
        (1 - float(service_level(10, load, within=1))) / float(erlang_c(10, load))
        for load in (4.08, 3.87)
    ]
    assert_allclose(conditional, [0.00268520017695382, 0.002176580960715125], rtol=1e-10)
