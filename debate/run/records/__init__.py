"""The records in a run's folder: rows, deepened questions, progress, drafts."""
