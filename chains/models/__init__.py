"""Finding, checking and loading language models: bundled, local, or behind a server."""
