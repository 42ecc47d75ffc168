"""What debating adds: the machinery against theory, and debaters who read apart against a single agent."""
