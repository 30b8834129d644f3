"""Public figures to which the child-safety sample is calibrated, each with its source."""

from __future__ import annotations

# Share of CyberTipline reports marked urgent: 49,000 of 32,059,029 (2022, rounded) and
# 63,892 of 36,210,368 (2023). NCMEC CyberTipline reports, quoted by ndtv.com 2023-05 and
# factually.co (cybertipline-escalations-2023).
URGENT_REPORTS = {2022: (49_000, 32_059_029), 2023: (63_892, 36_210_368)}
URGENT_SHARE = sum(urgent / total for urgent, total in URGENT_REPORTS.values()) / 2

# Minutes for one report, implied by 260,400 reports and 13 analysts in 2019 (IWF; itv.com
# 2020-01-07 and iwf.org.uk blog 2020-05-18) at 4 to 5 exposure hours on 223 days a year.
REPORTS_PER_ANALYST = 260_400 / 13
MINUTES_PER_REPORT = (223 * 4 * 60 / REPORTS_PER_ANALYST, 223 * 5 * 60 / REPORTS_PER_ANALYST)

# CyberTipline reports of 2022 that resolved to the United States, of all (NCMEC; from
# csam-report-contents.csv of apparebit/intransparent, CC BY 4.0, Robert Grimm).
US_SHARE = 1_920_963 / 32_059_029

# Complaints that ended in a reversal: TikTok, EU, second half of 2025 (DSA report, appeals).
REVERSED_SHARE = 0.46

# New content that needs an analyst: INHOPE annual report 2024 (inhope.org); perceptually
# unique files of 2022: 31.1 % (NCMEC). The automation shares of the sample leave 25 to 55 %
# of detected material to people.
NEW_CONTENT_SHARE = {"INHOPE 2024": 0.37, "NCMEC 2022": 0.311}
