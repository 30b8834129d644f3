"""Under construction."""

from capacity.reporting.finance_files import read_finance as read_finance
from capacity.reporting.finance_files import write_finance as write_finance
from capacity.reporting.finance_schema import Version as Version
from capacity.reporting.finance_schema import finance_table as finance_table
from capacity.reporting.finance_splits import split_whole as split_whole
from capacity.reporting.finance_splits import to_fiscal as to_fiscal
from capacity.reporting.finance_splits import weeks_to_months as weeks_to_months
from capacity.reporting.finance_versions import compare_versions as compare_versions
from capacity.reporting.finance_versions import variance_words as variance_words
from capacity.reporting.workbook_file import to_workbook as to_workbook
