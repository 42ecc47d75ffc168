"""What a command prints: live bars, tables and trees."""
