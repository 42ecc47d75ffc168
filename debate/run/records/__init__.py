"""What a run's folder keeps, and how it is written and read: rows, deepened questions, progress, drafts."""
