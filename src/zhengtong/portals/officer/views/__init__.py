"""Pages of the workbench 工作台, one module a task."""
