"""The catalogue of government data 政务数据目录: who holds which data, what they mean, who may have them."""
