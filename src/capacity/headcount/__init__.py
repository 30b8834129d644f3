"""Headcount: from the staffing curve to heads, hires, risk and money."""

from capacity.headcount.planning_steps import plan_headcount as plan_headcount
