"""The exchange gateway 共享网关: point queries, signed, bound to a business, masked, and on record before they answer.

A process of its own over ASGI, beside the web server. Its workers answer; one *scribe* a node writes the record.
"""
