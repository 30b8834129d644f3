"""Benchmarks of shifts and rosters."""
