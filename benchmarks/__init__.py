"""Benchmarks 基准: each engine beside a peer in one run; figures are ratios and CPU seconds."""
