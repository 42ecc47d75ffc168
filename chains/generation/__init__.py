"""Prompts in, completions out: word limits, repetition control, batches. The same contract for every model."""
