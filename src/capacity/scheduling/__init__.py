"""Staffing -> ShiftPlan -> Roster: linear programs with exposure caps, and their recount."""

from capacity.scheduling.cap_prices import price_caps as price_caps
from capacity.scheduling.checking import check as check
from capacity.scheduling.curves import staffing_curve as staffing_curve
from capacity.scheduling.explanation import Explanation as Explanation
from capacity.scheduling.explanation import explain_shortfall as explain_shortfall
from capacity.scheduling.roster_explanation import explain_roster as explain_roster
from capacity.scheduling.rostering import roster as roster
from capacity.scheduling.shift_scheduling import schedule as schedule
from capacity.scheduling.trade_off import ExposureTradeOff as ExposureTradeOff
from capacity.scheduling.trade_off import trade_exposure as trade_exposure
from capacity.scheduling.weekly.elastic import Relax as Relax
