"""Other programs use a store, its personas and a model: as tools of the Model Context Protocol."""
