"""Embedding models and what ships with them: MiniLM, its OpenVINO export, the stance adapter and the reranker."""
