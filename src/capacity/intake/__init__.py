"""Intake: read operations and case files, and refuse what cannot be trusted."""

from capacity.intake.operations import read_operation as read_operation
from capacity.intake.operations import validate_operation as validate_operation
