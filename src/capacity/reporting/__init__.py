"""Reporting: tables, finance files, the workbook, and interchange with other systems."""

from capacity.reporting.calendar_files import calendar_of as calendar_of
from capacity.reporting.calendar_files import write_calendars as write_calendars
from capacity.reporting.finance_files import read_finance as read_finance
from capacity.reporting.finance_files import write_finance as write_finance
from capacity.reporting.finance_schema import Version as Version
from capacity.reporting.finance_schema import finance_table as finance_table
from capacity.reporting.finance_splits import split_whole as split_whole
from capacity.reporting.finance_splits import to_fiscal as to_fiscal
from capacity.reporting.finance_splits import weeks_to_months as weeks_to_months
from capacity.reporting.finance_versions import compare_versions as compare_versions
from capacity.reporting.finance_versions import variance_words as variance_words
from capacity.reporting.interchange_calabrio import read_calabrio as read_calabrio
from capacity.reporting.interchange_calabrio import write_calabrio as write_calabrio
from capacity.reporting.interchange_capacity_plan import capacity_plan_table as capacity_plan_table
from capacity.reporting.interchange_connect import read_connect_history as read_connect_history
from capacity.reporting.interchange_connect import read_connect_override as read_connect_override
from capacity.reporting.interchange_connect import read_connect_shrinkage as read_connect_shrinkage
from capacity.reporting.interchange_connect import shrinkage_availability as shrinkage_availability
from capacity.reporting.interchange_connect import write_connect_history as write_connect_history
from capacity.reporting.interchange_connect import write_connect_override as write_connect_override
from capacity.reporting.interchange_connect import (
    write_connect_shrinkage as write_connect_shrinkage,
)
from capacity.reporting.interchange_forecast import forecast_intervals as forecast_intervals
from capacity.reporting.interchange_forecast import to_nixtla as to_nixtla
from capacity.reporting.interchange_forecast import to_prophet as to_prophet
from capacity.reporting.interchange_generic import read_intervals as read_intervals
from capacity.reporting.interchange_generic import write_intervals as write_intervals
from capacity.reporting.interchange_genesys import read_genesys_forecast as read_genesys_forecast
from capacity.reporting.interchange_genesys import read_genesys_history as read_genesys_history
from capacity.reporting.interchange_genesys import write_genesys_forecast as write_genesys_forecast
from capacity.reporting.interchange_genesys import write_genesys_history as write_genesys_history
from capacity.reporting.interchange_hub import spread_intervals as spread_intervals
from capacity.reporting.interchange_hub import whole_volumes as whole_volumes
from capacity.reporting.workbook_file import to_workbook as to_workbook
