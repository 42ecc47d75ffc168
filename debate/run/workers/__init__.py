"""Answer a run's questions with workers on several machines; only the main process writes the run's folder."""
