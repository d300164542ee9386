"""Process mining 流程挖掘: what really happened, read from the event log."""
