"""Reports: a value in, text out. Nothing here decides or recomputes."""
