"""Tracking: what happened, beside what was planned."""

from capacity.tracking.tracker import track as track
