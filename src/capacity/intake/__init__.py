"""Intake: read operations and case files, and refuse what cannot be trusted."""

from capacity.intake.case_tables import Rejects as Rejects
from capacity.intake.cases import Cases as Cases
from capacity.intake.large_log import count_log as count_log
from capacity.intake.operations import read_operation as read_operation
from capacity.intake.operations import validate_operation as validate_operation
from capacity.intake.policy import DateStyle as DateStyle
from capacity.intake.policy import Duplicate as Duplicate
from capacity.intake.policy import Gap as Gap
from capacity.intake.policy import OnBad as OnBad
from capacity.intake.policy import RepeatedHour as RepeatedHour
from capacity.intake.reading import read_cases as read_cases
from capacity.intake.reading import read_data as read_data
