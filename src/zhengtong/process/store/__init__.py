"""The store of the process engine 流程存储: definitions, instances, their rows and their log, in SQL.

One command is one transaction of at most six statements, whatever the process and however long its history.
"""
