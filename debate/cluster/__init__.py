"""A Ray cluster, and what embeds on it. The workers of a run are in ``debate.run.workers``."""
