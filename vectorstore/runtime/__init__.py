"""What all packages run on: the folder of expensive things, the event loop, and one computation at a time."""
