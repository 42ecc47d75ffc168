"""The FAISS store: vectors, words and documents on disk, searched by question and points of view."""
