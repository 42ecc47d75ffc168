"""Train the weights that ship beside the bundled MiniLM: the stance adapter, the reranker and the verifier."""
