"""Benchmarks of comparing scenarios."""
