"""What a translation keeps of its text: amounts, markers, names, and whether it is one at all. Text only."""
