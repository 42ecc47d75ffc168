"""Documents on disk become chunks: find the files, read each kind, split, and spot duplicates."""
