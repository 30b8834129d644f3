"""Scenarios: change an operation, plan again on the same paths, and compare."""

from capacity.scenarios.actuals import ActualWaterfall as ActualWaterfall
from capacity.scenarios.actuals import compare_actual as compare_actual
from capacity.scenarios.actuals import observed_operation as observed_operation
from capacity.scenarios.choosing import best_scenario as best_scenario
from capacity.scenarios.comparing import compare as compare
from capacity.scenarios.decomposition import waterfall as waterfall
from capacity.scenarios.playbook import Playbook as Playbook
from capacity.scenarios.playbook import play_surges as play_surges
from capacity.scenarios.reading import ScenarioFile as ScenarioFile
from capacity.scenarios.reading import read_scenarios as read_scenarios
from capacity.scenarios.scenario import Scenario as Scenario
from capacity.scenarios.scenario import combinations as combinations
from capacity.scenarios.store import ResultStore as ResultStore
from capacity.scenarios.stressing import Stress as Stress
from capacity.scenarios.stressing import stress as stress
from capacity.scenarios.trying import Assumption as Assumption
from capacity.scenarios.trying import BreakEven as BreakEven
from capacity.scenarios.trying import PromiseKept as PromiseKept
from capacity.scenarios.trying import TeamSuffices as TeamSuffices
from capacity.scenarios.trying import break_even as break_even
from capacity.scenarios.trying import heads_grid as heads_grid
from capacity.scenarios.trying import price_list as price_list
from capacity.scenarios.trying import sensitivity as sensitivity
