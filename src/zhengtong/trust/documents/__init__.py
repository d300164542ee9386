"""Documents 版式文件: one page template, drawn as OFD (GB/T 33190-2016), PDF or SVG; OFD packages read with care.

Pure: no framework, no clock, no key. What makes a document binding, the seal, lies above in `trust.seals`.
"""
