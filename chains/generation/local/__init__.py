"""A model in this process: batches that fit its memory, and rules applied token by token."""
