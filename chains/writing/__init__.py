"""How an opinion is written on several passages: a paragraph on each, or from a plan."""
