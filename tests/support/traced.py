"""A small run that leaves traces, with a model that was scripted."""

from pathlib import Path

from fakes import EMBEDDING, ScriptedLLM

from debate import DebateSettings, run_questions
from vectorstore import FaissStore

TEXTS = ["BRICS admitted Iran.", "The G7 capped a price."]
SCRIPT = {
    "Before it begins": "I disagree.",
    "moderator": "A draw.",
    "You take part in a debate": "New members make every rule of the group weaker.",
    "Question: Bad": "raise it broke",
    "Answer the question below": "They did.",
}


def traced_run(folder: Path, question: str = "Good one?", llm=None, store=None, **values) -> Path:
    (folder / "docs").mkdir()
    (folder / "q.txt").write_text(question + "\n", encoding="utf-8")
    given = {"questions": folder / "q.txt", "corpus": folder / "docs", "out": folder / "out", "deepen": 0}
    settings = DebateSettings(**given | values)
    store = store or FaissStore.from_texts(TEXTS, EMBEDDING)
    return run_questions(settings, llm=llm or ScriptedLLM(script=SCRIPT), store=store).folder
