"""Acts of exchange: agreeing, keys, the chain of looks, subscriptions."""
