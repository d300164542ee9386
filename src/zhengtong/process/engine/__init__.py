"""The process engine 流程引擎.

A pure function from graph, rows, command and moment to changed rows and what happened.
"""
