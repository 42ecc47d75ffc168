"""Serve runs and an index: to browsers (the live page) and to MCP clients."""
