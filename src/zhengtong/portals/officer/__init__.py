"""The officer workbench 工作台."""
