"""From prompts to completions: word limits, repetition control, retries and batches for every model."""
