"""DMN 决策模型与表示法: decisions as data (OMG DMN 1.5): graphs, tables and boxed expressions, from and to XML.

Pure library: no Django, no input or output, the clock comes in as an argument. `api` is the only door.
"""
