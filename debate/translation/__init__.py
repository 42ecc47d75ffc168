"""``debate translate``: translate a finished run without changing it."""
