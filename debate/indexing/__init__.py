"""Index documents, and open an index from a folder or a PostgreSQL table."""
