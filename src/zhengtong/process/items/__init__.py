"""Service items 政务服务事项: what the state offers, on which basis, to whom."""
