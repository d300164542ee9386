"""Who, by what right, proven how 可信基础: identity, access, keys, seals, licences, ledger, delivery."""
