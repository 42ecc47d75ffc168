"""A small comparison of two scripted models on three questions."""

from pathlib import Path

from debate.compare.settings import CompareSettings

QUESTIONS = ["Why did the union end?", "Who pays for the canal?", "What is the tariff on salt?"]


def compare_settings(folder: Path, **more: object) -> CompareSettings:
    """Return settings whose question list lies in a folder."""
    questions = folder / "q.txt"
    questions.write_text("\n".join(QUESTIONS), encoding="utf-8")
    given = {"models": ("plain", "other"), "questions": questions, "corpus": folder, "out": folder / "out"}
    return CompareSettings(**given | {"min_words": 5, "max_words": 60} | more)
