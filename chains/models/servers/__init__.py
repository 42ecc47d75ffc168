"""Models behind OpenAI-compatible servers: one, or several of the same model."""
