"""A run's questions answered by workers on several machines; its folder stays with the process that began it."""
