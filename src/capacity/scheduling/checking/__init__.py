"""The independent recount of a roster; shares no code with what builds one."""

from capacity.scheduling.checking.report import check as check
