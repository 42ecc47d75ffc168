"""The live page: runs as they happen, passages under points of view that move, in a browser on this machine."""
