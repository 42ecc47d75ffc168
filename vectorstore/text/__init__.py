"""Sentences, words and letters, for everything that reads text. Standard library only."""
