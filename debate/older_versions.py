"""What older versions wrote, in today's form: names of settings, rows whose turns held texts, deepened questions."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

RENAMED = {"in_flight": "concurrency"}  # settings that older versions called otherwise
_ATTEMPT = re.compile(r"(?P<step>[^,]*), attempt (?P<attempt>\d+): (?P<error>.*)", re.DOTALL)
_SCORES = ("score", "question_score", "pov_scores", "rank")


def settings_of_today(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return recorded settings under their present names."""
    known = {RENAMED.get(name, name): value for name, value in recorded.items()}
    if known.get("opinion_persona") == "professor":  # the default's name then, and whom it means today
        known["opinion_persona"] = ""
    return known


def row_of_today(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with ids in its turns, where each turn held the texts that it read."""
    old = [turn for turn in row.get("turns") or () if isinstance(turn, dict) and "chunks" in turn]
    if not old:
        return row
    own = {chunk["id"] for chunk in row.get("chunks") or ()}
    others = {chunk["id"]: chunk for turn in old for chunk in turn["chunks"] if chunk["id"] not in own}
    hits = {
        turn["persona_id"]: [
            {"chunk_id": one["id"]} | {k: one[k] for k in _SCORES if k in one} for one in turn["chunks"]
        ]
        for turn in reversed(old)
    }
    return row | {
        "turns": [turn | {"chunk_ids": [one["id"] for one in turn.get("chunks", ())]} for turn in row["turns"]],
        "debate_chunks": list(others.values()),
        "readings": [{"persona_id": persona_id, "hits": found} for persona_id, found in reversed(hits.items())],
    }


def attempts_of_today(attempts: Iterable[Any]) -> list[Any]:
    """Return failed attempts as fields, which were words."""
    return [it.groupdict() if isinstance(one, str) and (it := _ATTEMPT.fullmatch(one)) else one for one in attempts]


def deepening_of_today(deepening: dict[str, Any]) -> dict[str, Any]:
    """Return what a seed became with the seed's background, which its questions have, too."""
    questions = deepening.get("questions") or [{}]
    return {"about": questions[0].get("about", "")} | deepening
