"""Web pages: their main text, within bounds."""
