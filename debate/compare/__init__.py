"""Compare models on the same questions and passages: paired tests, a judge, and a blind vote."""
