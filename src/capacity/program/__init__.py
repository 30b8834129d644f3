"""Linear programs as data: slots and rules, stacked sparse, solved honestly.

    slots = declare("shifts", 2, cost=[8, 6], upper=[9, 2], integer=True)
    cover = require("cover", {"shifts": matrix}, lower=need, price=100.0)   # price: soft
    program = stack([slots], [cover])
    solution = solve(program)            # components apart, rows re-checked, bound and gap
    solution.take("shifts"), solution.broken("cover"), solution.gap

`Session` re-solves one program with changed bounds; `restrict` frees some columns for a
neighbourhood search. Only `solver.py` imports PuLP and highspy.
"""

from capacity.program.components import find_components as find_components
from capacity.program.rule import Rule as Rule
from capacity.program.rule import require as require
from capacity.program.session import Session as Session
from capacity.program.slots import Slots as Slots
from capacity.program.slots import declare as declare
from capacity.program.solution import Engine as Engine
from capacity.program.solution import Method as Method
from capacity.program.solution import Solution as Solution
from capacity.program.solution import SolveOptions as SolveOptions
from capacity.program.solving import solve as solve
from capacity.program.stacking import Program as Program
from capacity.program.stacking import restrict as restrict
from capacity.program.stacking import stack as stack
from capacity.program.verifying import worst_violation as worst_violation
