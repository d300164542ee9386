"""The open data portal 开放数据门户."""
