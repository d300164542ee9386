"""Opening 数据开放: from the closed zone through a buffer to the public, each step an act, each risk measured first."""
