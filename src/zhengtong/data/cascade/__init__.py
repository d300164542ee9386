"""Cascade 级联: the same node at province, city and county; data flow up by collection and back by return 数据回流."""
