"""Headcount: from the staffing curve to heads, hires, risk and money."""

from capacity.headcount.estimation import estimate_attrition as estimate_attrition
from capacity.headcount.estimation import estimate_ramp as estimate_ramp
from capacity.headcount.goals import compare_goals as compare_goals
from capacity.headcount.planning_steps import plan_headcount as plan_headcount
