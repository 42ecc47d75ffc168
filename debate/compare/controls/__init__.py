"""Control questions with known answers, to test whether a model follows instructions.

Each has a passage that contains the answer, or not: then "I don't know" is right. An answer is right if it contains the
fact, and exact if it contains nothing else.
"""
