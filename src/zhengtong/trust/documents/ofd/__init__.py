"""OFD 开放版式文档 (GB/T 33190-2016): `package` is the ZIP, `xml` the XML, `writer` and `reader` the rest."""
