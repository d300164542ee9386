"""The departments' files 部门数据源: what twelve departments hold of the same people and enterprises, each its own way.

Every file is made from the province's generator and one seed, part by part; the truth is written apart, for scoring.
"""
