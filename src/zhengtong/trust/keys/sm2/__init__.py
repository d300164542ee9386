"""SM2 signatures and encryption (GB/T 32918-2016/2017) on the libcrypto that CPython itself loads.

`api` is the door. `native` calls OpenSSL; `curve` verifies in pure Python where a distribution compiled SM2 out; `der`
reads signatures strictly; `sm3` digests. No key operation with a private key is ever done in Python.
"""
