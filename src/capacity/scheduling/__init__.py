"""Staffing -> ShiftPlan -> Roster: linear programs with exposure caps, and their recount."""

from capacity.scheduling.checking import check as check
from capacity.scheduling.curves import staffing_curve as staffing_curve
from capacity.scheduling.rostering import roster as roster
from capacity.scheduling.shift_scheduling import schedule as schedule
