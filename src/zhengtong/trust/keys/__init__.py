"""Keys 密钥: the key ring, encrypted fields and blind indexes."""
