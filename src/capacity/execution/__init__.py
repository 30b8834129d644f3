"""Run many: the same results serially, on processes and on a cluster."""

from capacity.execution.content import content_key as content_key
from capacity.execution.running import Progress as Progress
from capacity.execution.running import run_many as run_many
from capacity.execution.sharing import Shared as Shared
