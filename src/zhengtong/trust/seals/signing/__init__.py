"""Signing 签章: a seal's signature over an OFD, or over a PDF."""
