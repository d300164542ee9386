"""Management commands of trust.ledger."""
