"""Scenarios: change an operation, plan again on the same paths, and compare."""

from capacity.scenarios.comparing import compare as compare
from capacity.scenarios.reading import ScenarioFile as ScenarioFile
from capacity.scenarios.reading import read_scenarios as read_scenarios
from capacity.scenarios.scenario import Scenario as Scenario
from capacity.scenarios.scenario import combinations as combinations
from capacity.scenarios.store import ResultStore as ResultStore
