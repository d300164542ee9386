"""Delivery 送达: mailboxes of persons, enterprises and posts."""
