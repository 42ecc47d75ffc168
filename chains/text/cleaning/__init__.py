"""What is not the answer is taken out of a model's output."""
