"""Which of two answers is preferred: by a model as judge, and by readers who vote without seeing names."""
