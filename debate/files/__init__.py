"""Files that are written whole, appended line by line, locked, or read as TOML."""
