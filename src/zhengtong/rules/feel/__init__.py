"""FEEL 友好表达式语言: the one expression language of the platform (OMG DMN 1.5, chapter 10).

Pure library: no Django, no input or output, the clock comes in as an argument. `api` is the only door.
"""
