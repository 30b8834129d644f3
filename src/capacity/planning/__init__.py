"""Planning: the whole pipe from history to headcount, its steps declared as data."""

from capacity.planning.pipeline import plan as plan
from capacity.planning.pipeline import plan_volume as plan_volume
from capacity.planning.running import Memo as Memo
