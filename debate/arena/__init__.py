"""How a debate is held: protocols, stopping, decisions, a person's seat, and the state and steps of its graph."""
