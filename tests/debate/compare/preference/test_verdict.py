"""What a judge's reply is read as; what is not sure is never guessed."""

import pytest

from debate.compare.preference.verdict import read_verdict

FIRST = """1
1.
**1**
（１）
one
first
The first
1st
Answer 1
Answer 1.
answer one
The first answer
[[1]]
\\boxed{1}
#1
No. 1
I choose the first.
I would choose answer 1 over answer 2.
I prefer the first answer
I'd go with 1
1 is better than 2
1 is clearly better.
Answer 1 is the better one
Answer 1 is the better of the two.
1 > 2
2 < 1
2 is worse than 1
2 is worse
The second answer is weaker.
The best answer is the first one.
The better answer: 1
Better: 1
My choice is 1.
Final answer: 1
Winner: Answer 1
I think that the first is better.
I would say 1
Based on the passages, answer 1 is better.
1, because it names the year.
1, more precise
1 (more precise)
1: it is supported
Answer 1 is better because it names the year, which the second does not.
Answer 1 answers the question better.
1 is better. The second is longer.
١"""
SECOND = """2
2)
- 2
２
②
۲
second
the second is better
The second one is better than the first one.
Answer 2.
Answer 2 is better
The better one is 2
The better one is the second.
“2”
2 because it is supported by the passages
Overall, 2 is better."""
NEITHER = """neither
Neither.
Neither answer is better.
Neither is better
Neither of them
Neither, because both are wrong.
Both are equal
Both answers are equally good.
They are the same
Equal
equally good
It is a tie.
Tie
None
No preference
1 = 2
Both"""
UNREADABLE = """
Hm
3
12
1.5
1/2
1 or 2
1, 2 or neither
1 and 2
2 1
First, let me see.
One of them is better
1. The passages say that the union ended.
1. The first answer says 1911. 2. The second answer says 1912.
1 is not better
1 is no better than 2
1 is better than 1
Not 1
1 is better, but 2 is more complete
1? I am not sure
1 is better if the year counts
Neither answer is wrong
Neither, but 1 is shorter
Answer 1 is better in style. The better answer is 2.
The union ended in 1911
Both have merits
Neitherness
Answer 1: The union ended in 1911.
Answer 1 - The union ended in 1911.
Which is better, 1 or 2?
I cannot choose one
The one that names the year"""


def lines(text: str) -> list[str]:
    return text.split("\n")


@pytest.mark.parametrize("text", lines(FIRST))
def test_a_reply_for_the_first_answer_is_read(text: str) -> None:
    assert read_verdict(text) == "first"


@pytest.mark.parametrize("text", lines(SECOND))
def test_a_reply_for_the_second_answer_is_read(text: str) -> None:
    """Regression: "The better one is 2" was read as the first, and "second" and "２" as nothing."""
    assert read_verdict(text) == "second"


@pytest.mark.parametrize("text", lines(NEITHER))
def test_a_reply_for_neither_is_read(text: str) -> None:
    assert read_verdict(text) == "neither"


@pytest.mark.parametrize("text", lines(UNREADABLE))
def test_what_is_not_sure_is_not_read(text: str) -> None:
    assert read_verdict(text) == "unreadable"


@pytest.mark.parametrize(
    "text",
    [
        "1 (worse)",
        "1, it is the worse answer.",
        "1, since the latter is more accurate",
        "1 because the other answer is more accurate",
        "1, weil die zweite besser ist",
        "1, 後者の方が良い",
        "1, mauvaise réponse",
        "1. It is incorrect.",
        "I pick 1 as the loser",
        "Answer 1 is better - not.",
        "Answer 1 is better (false)",
        "1 was better, now 2",
        "1 wins for style, 2 for content",
        "1 is better for style; 2 for facts",
        "Answer 1 is better. That is what one would say at first. In truth 2 is more faithful",
        "The winner is answer 2 (9/10), answer 1 (10/10)",
        "The better answer is the second-best",
    ],
)
def test_a_verdict_that_its_own_reason_speaks_against_is_not_read(text: str) -> None:
    assert read_verdict(text) == "unreadable"


@pytest.mark.parametrize("text", ["1 because it is more accurate", "1, as it cites the passages", "1 (it is clearer)"])
def test_a_name_with_a_reason_for_it_is_read(text: str) -> None:
    assert read_verdict(text) == "first"
