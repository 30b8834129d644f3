"""Persons for a shift plan: the named roster, its search and its minute-level rotation."""

from capacity.scheduling.rostering.assembly import roster as roster
from capacity.scheduling.rostering.problem import RosterProblem as RosterProblem
from capacity.scheduling.rostering.search import search_roster as search_roster
from capacity.scheduling.rostering.state import RosterSolution as RosterSolution
from capacity.scheduling.rostering.state import SearchLimits as SearchLimits
