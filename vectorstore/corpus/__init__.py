"""Turn documents on disk into chunks: find files, read them, split them, and find duplicates."""
