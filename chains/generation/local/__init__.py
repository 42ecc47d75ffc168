"""A model in this process: batches that fit its memory, and the contract's rules while it writes, token by token."""
