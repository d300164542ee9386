"""Jobs 后台任务: work outside a request, queued in the same database; and the process that does it."""
