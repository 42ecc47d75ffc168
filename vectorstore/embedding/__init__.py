"""Embedding models and what ships with them: MiniLM, its OpenVINO build, the stance adapter and the reranker."""
