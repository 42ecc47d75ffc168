"""What an answer rests on: which passage supports which sentence, and what speaks against it."""
