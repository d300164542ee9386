"""The data of electronic seals and of signatures by them 电子印章、电子签章: read and written, nothing judged.

`der` reads DER strictly, `contracts` says what is in the structures, `reading` and `writing` are the three versions:

| version | standard | here |
|---|---|---|
| 1 | GM/T 0031-2014 | read |
| 4 | GB/T 38540-2020 | read, written |
| 5 | GM/T 0031-2025 | read, written |

The text of version 5 is not public; what is here follows the one public implementation (ofdrw, since April 2026):
version 4 with a time stamp `[0]` on the seal as well, and version number 5. Should the standard differ, `reading` and
`writing` are the only places to change.
"""
