"""What a sentence, a word and a letter are, for all that reads text. Standard library only."""
