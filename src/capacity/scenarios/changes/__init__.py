"""Changes: small frozen values, each a function from an operation to another.

Any function of that kind is a change too; these can also be written in a scenario file and say
in words what they do.
"""

from capacity.scenarios.changes.arrivals import Event as Event
from capacity.scenarios.changes.arrivals import Outage as Outage
from capacity.scenarios.changes.arrivals import Volume as Volume
from capacity.scenarios.changes.people import AddPool as AddPool
from capacity.scenarios.changes.people import Attrition as Attrition
from capacity.scenarios.changes.people import CrossTrain as CrossTrain
from capacity.scenarios.changes.people import HiringFreeze as HiringFreeze
from capacity.scenarios.changes.people import RemovePool as RemovePool
from capacity.scenarios.changes.people import Shrinkage as Shrinkage
from capacity.scenarios.changes.people import Staffing as Staffing
from capacity.scenarios.changes.people import Wage as Wage
from capacity.scenarios.changes.wellbeing import ExposureCap as ExposureCap
from capacity.scenarios.changes.work import AutomationShare as AutomationShare
from capacity.scenarios.changes.work import HandlingTime as HandlingTime
from capacity.scenarios.changes.work import NewQueue as NewQueue
from capacity.scenarios.changes.work import OpeningHours as OpeningHours
from capacity.scenarios.changes.work import Target as Target

__all__ = [
    "AddPool",
    "Attrition",
    "AutomationShare",
    "CrossTrain",
    "Event",
    "ExposureCap",
    "HandlingTime",
    "HiringFreeze",
    "NewQueue",
    "OpeningHours",
    "Outage",
    "RemovePool",
    "Shrinkage",
    "Staffing",
    "Target",
    "Volume",
    "Wage",
]
