"""Assets 数据资产: what is registered of the catalogue, by whose right, what is built on it and what it brings."""
