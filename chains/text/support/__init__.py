"""Support: which passage supports which sentence of an answer, and what contradicts it."""
