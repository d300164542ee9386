"""What is known, from whom 数据共享: catalog, collection, quality, registries, exchange, opening."""
