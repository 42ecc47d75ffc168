"""Remove from a model's output what is not the answer."""
