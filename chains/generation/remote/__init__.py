"""A model behind a server, or any other of LangChain's: the contract kept by its text."""
