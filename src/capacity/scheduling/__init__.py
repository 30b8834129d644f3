"""Staffing -> ShiftPlan -> Roster: linear programs with exposure caps, and their recount."""

from capacity.scheduling.checking import check as check
from capacity.scheduling.rostering import roster as roster
