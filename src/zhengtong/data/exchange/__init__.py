"""Exchange 共享交换: one department asks, the other agrees, and each look at a person's data is on record."""
