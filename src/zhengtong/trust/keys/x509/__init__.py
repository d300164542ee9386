"""X.509 证书: issuing (GB/T 20518, RFC 5280), revocation lists and OCSP answers, and path validation. Bytes are DER.

asn1crypto builds and reads; pyhanko-certvalidator walks paths, with our SM2. Nothing here touches the database or the
network, and nothing is ever asked of `openssl verify`, which handles SM2's user id wrongly.
"""
