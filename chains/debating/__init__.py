"""The parts of a debate: what is known so far, positions, claims, turns and the verdict."""
