"""Domain events 领域事件: outbox, inbox, one dispatcher."""
