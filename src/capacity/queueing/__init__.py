"""From demand to staffing and back: exact formulas, carry-over of backlog, simulation."""

from capacity.queueing.erlang import erlang_a_abandonment as erlang_a_abandonment
from capacity.queueing.erlang import erlang_a_service_level as erlang_a_service_level
from capacity.queueing.erlang import erlang_a_wait_probability as erlang_a_wait_probability
from capacity.queueing.erlang import erlang_b as erlang_b
from capacity.queueing.erlang import erlang_c as erlang_c
from capacity.queueing.erlang import log_erlang_b as log_erlang_b
from capacity.queueing.erlang import log_erlang_c as log_erlang_c
from capacity.queueing.erlang import required_servers as required_servers
from capacity.queueing.erlang import service_level as service_level
from capacity.queueing.erlang import wait_mean as wait_mean
from capacity.queueing.erlang import wait_quantile as wait_quantile
from capacity.queueing.general import deterministic_wait_exact as deterministic_wait_exact
from capacity.queueing.general import deterministic_wait_mean as deterministic_wait_mean
from capacity.queueing.general import general_service_level as general_service_level
from capacity.queueing.general import general_wait_mean as general_wait_mean
from capacity.queueing.general import square_root_delay as square_root_delay
from capacity.queueing.playing import WorkPaths as WorkPaths
from capacity.queueing.playing import draw_work_paths as draw_work_paths
from capacity.queueing.playing import play as play
from capacity.queueing.priorities import Discipline as Discipline
from capacity.queueing.priorities import priority_service_level as priority_service_level
from capacity.queueing.priorities import priority_wait_means as priority_wait_means
from capacity.queueing.simulation import Engine as Engine
from capacity.queueing.simulation import simulate as simulate
from capacity.queueing.staffing import staff as staff
