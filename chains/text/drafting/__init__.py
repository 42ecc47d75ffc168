"""The sentences of an answer that is written in parts: which are kept, and in which version."""
