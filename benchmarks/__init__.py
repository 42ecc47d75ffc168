"""One command a figure. `README.md` lists the commands and their results."""
