"""``debate translate``: a finished run in another language, beside the run and without touching it."""
