"""Observability 可观测: structured logs, metrics, health; none of them ever holds personal data."""
