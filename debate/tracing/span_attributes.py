"""What the instrumentation leaves inside a step's output, told as attributes and events of its span.

Where OpenInference has a name for a thing it gets that name (``document.id``, ``document.score``); the rest begins
with ``pov_debate``: loops cut, attempts and other notes, dropped passages, abstentions, support. Reads outputs only;
knows nothing of exporters.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_OUTPUT = "output.value"
_PREFIX = "pov_debate."
_TOLD = ("loop", "notes", "dropped", "abstained", "supported", "unsupported", "words", "round")
_OWN_STEPS = ("opinion", "verdict", "turn:")


def facts_of(name: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes that a span has to be given besides its own."""
    kind = attributes.get("openinference.span.kind")
    output = _output(attributes) if kind in ("LLM", "RETRIEVER") or name.startswith(_OWN_STEPS) else {}
    if kind == "RETRIEVER":
        return dict(_documents(output.get("documents", [])))
    if kind == "LLM":
        completions = list(_completions(output))
        return _merged([_completion_facts(one) for one in completions]) | _tokens(completions)
    return _completion_facts(output)


def events_of(facts: Mapping[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """Return what is worth an event: a loop that was cut, text written again, passages dropped, an abstention."""
    told: list[tuple[str, dict[str, str]]] = []
    notes = [str(note) for note in facts.get(_PREFIX + "notes", ())]
    if loop := facts.get(_PREFIX + "loop"):
        told.append(("loop cut", {"what": str(loop)}))
    told += [("written again", {"what": note}) for note in notes if "attempts" in note or "written again" in note]
    if dropped := facts.get(_PREFIX + "dropped"):
        told.append(("passages dropped", {"ids": ", ".join(dropped)}))
    if facts.get(_PREFIX + "abstained"):
        told.append(("abstained", {"what": "; ".join(notes)}))
    return told


def _output(attributes: Mapping[str, Any]) -> dict[str, Any]:
    try:
        output = json.loads(str(attributes.get(_OUTPUT, "")))
    except ValueError:
        return {}  # plain text
    return output if isinstance(output, dict) else {}


def _documents(documents: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    for n, document in enumerate(documents):
        place = f"retrieval.documents.{n}.document."
        if document.get("id"):
            yield place + "id", str(document["id"])
        if isinstance(score := document.get("metadata", {}).get("score"), int | float):
            yield place + "score", float(score)


def _completions(output: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for row in output.get("generations", []):
        for generation in row:
            completion = (generation.get("generation_info") or {}).get("completion")
            if isinstance(completion, dict):
                yield completion


def _tokens(completions: list[dict[str, Any]]) -> dict[str, int]:
    """Return a prompt's own tokens: where prompts went together the instrumentation tells the sum at the first one."""
    read, written = (sum(int(one.get(name, 0)) for one in completions) for name in ("tokens_in", "tokens_out"))
    names = (f"llm.token_count.{name}" for name in ("prompt", "completion", "total"))
    return dict(zip(names, (read, written, read + written), strict=True)) if read else {}


def _completion_facts(values: Mapping[str, Any]) -> dict[str, Any]:
    return {_PREFIX + name: values[name] for name in _TOLD if values.get(name) not in (None, "", [], False)}


def _merged(several: list[dict[str, Any]]) -> dict[str, Any]:
    loops = "; ".join(str(one[_PREFIX + "loop"]) for one in several if _PREFIX + "loop" in one)
    notes = [note for one in several for note in one.get(_PREFIX + "notes", [])]
    merged = {_PREFIX + "loop": loops, _PREFIX + "notes": notes}
    return {name: value for name, value in merged.items() if value}
