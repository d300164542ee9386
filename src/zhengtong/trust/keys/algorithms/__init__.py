"""One small vocabulary over four signature algorithms 签名算法: public keys, private keys in memory, their identifiers.

`public.PublicKey` and `private.PrivateKey` speak DER in and out; `identifiers` names algorithms in ASN.1 and teaches
asn1crypto the Chinese ones. SM2 is done by the sister package `sm2`, the others by `cryptography`.
"""
