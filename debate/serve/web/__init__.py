"""The live page: runs as they happen, and an index explored by moving points of view."""
