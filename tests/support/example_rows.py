"""A row with an opinion, passages and a debate, and what a report says of its run."""

from chains.schemas import Chunk, Hit, Opinion, Question, Reading, Support, Turn, Verdict
from debate.output.facts import RunFacts
from debate.results import QuestionResult, StageTime
from prompts import Persona, PointOfView

VIEWS = (PointOfView("growth is good", 3.0), PointOfView("growth is everything", -1.0))
FACTS = RunFacts(
    "A run", "smollm2", "The Professor", (Persona("hawk", "Hawk", "a hawk", VIEWS[:1]),), VIEWS, 0.5, (400, 500)
)
CHUNKS = (Chunk("c1", "Trade grew.", "a.txt", 0.475, 0.4, (0.8, 0.2), 1), Chunk("c2", "It fell.", "b.txt"))
ANSWER = "Trade grew [1]. Peru fell by 7 [2]."
OPINION = Opinion(
    ANSWER, 8, ("c1", "c2"), supported=0.5, sentences=(Support(0, 15, 0, 0.9), Support(16, 35, None, 0.2)), unsupported=("Peru", "7")
)  # fmt: skip
ANSWER_ROW = QuestionResult(
    Question("q1.1", "Did trade grow?", parent_id="q1", parent_text="What of trade?"),
    "smollm2",
    3.0,
    CHUNKS,
    OPINION,
    (Turn(1, "hawk", "Hawk", "Nonsense.", 1, ("c3",)),),
    Verdict(0, "moderator", "Moderator", "A draw.", 2),
    stages=(StageTime("retrieve", 0.5), StageTime("opinion", 2.5)),
    debate_chunks=(Chunk("c3", "The hawk reads this.", "c.txt"),),
    readings=(Reading("hawk", (Hit("c3", 0.2, 0.4, (0.0,)),)),),
)
