"""The working calendar 工作日历: State Council notices, due dates in working and calendar days."""
