"""Models on servers and other LangChain models: the contract kept on the level of text."""
