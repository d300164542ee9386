"""The composition root: settings, URLs, wiring, the command line. The only place that knows every room."""
