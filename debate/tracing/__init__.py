"""Spans of every step, written to ``traces.jsonl`` and to a collector where one is configured."""
