"""The log of the ledger 存证日志: acts get their places in one order, are signed, witnessed and proven."""
