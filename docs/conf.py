# ruff: noqa: INP001 -- Sphinx reads this folder, nobody imports it
"""How Sphinx builds this folder. Nothing is fetched: no fonts, no scripts, no inventories of other projects."""

project = "Zhengtong 政通"
author = "The Zhengtong maintainers"
copyright = "2026, the Zhengtong maintainers"  # noqa: A001 -- Sphinx's name for it
extensions = ["myst_parser"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header", "misc.highlighting_failure"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Zhengtong 政通"
html_copy_source = False
html_show_sourcelink = False
