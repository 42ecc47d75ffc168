"""Several models on the same questions and passages, side by side, with paired tests and a blind vote."""
