"""Acts of identity: each authorises, checks, writes, records the act and emits the event in one transaction."""
