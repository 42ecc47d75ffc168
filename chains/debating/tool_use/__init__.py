"""Debaters as agents: tools that they call before they speak, and the bounds of what tools say."""
