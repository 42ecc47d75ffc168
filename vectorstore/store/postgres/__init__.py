"""A store in PostgreSQL with pgvector, shared by several machines."""
