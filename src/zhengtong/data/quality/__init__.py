"""Data quality 数据质量: rules written as data, one pass over the rows, scores, issues for departments, a gate."""
