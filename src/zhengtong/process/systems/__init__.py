"""Departments' own systems 部门业务系统: they file, read, decide and follow cases through the API."""
