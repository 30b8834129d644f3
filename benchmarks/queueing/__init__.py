"""Benchmarks of the queueing models; each module runs as `python -m benchmarks.queueing.<name>`."""
