"""The shift program of one week: cohorts, rules, solving, rounding, playing."""
