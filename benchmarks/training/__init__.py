"""Train the weights that ship beside the bundled MiniLM: the stance adapter and the reranker."""
