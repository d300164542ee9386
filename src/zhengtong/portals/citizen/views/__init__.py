"""Pages of the citizen portal 公众门户: translate a request, call one door, draw a page."""
