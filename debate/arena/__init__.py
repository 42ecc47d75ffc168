"""How a debate is held: protocols, stopping, decisions, a person's seat, and the graph's state and steps."""
