"""Training examples as chat messages with the prompts of a run, for training elsewhere."""

import json
from pathlib import Path

from chains.context import clean_passage
from chains.opinion import DEFAULT_LIMITS, opinion_prompt
from debate.errors import TrainingDataError
from debate.training.dataset import LeftOut, read_examples
from debate.training.settings import FinetuneSettings
from prompts import load_personas


def export_chat(settings: FinetuneSettings, path: Path) -> tuple[int, list[LeftOut]]:
    """Write ``{"messages": [system, user, assistant]}`` a line; return how many, and the rows left out.

    Raises:
        TrainingDataError: the data cannot be read, nothing passes the filters, or the file cannot be written.
    """
    examples, left_out = read_examples(settings)
    if not examples:
        raise TrainingDataError(f"no example passes the filters; {len(left_out)} rows were left out")
    personas = load_personas(settings.personas)
    persona = personas.persona(settings.persona) if settings.persona else personas.personas[0]
    lines = []
    for example in examples:
        passages = [clean_passage(passage) for passage in example.passages]
        prompt = opinion_prompt(persona.voice, example.question, passages, DEFAULT_LIMITS)
        roles = (("system", prompt.system), ("user", prompt.user), ("assistant", example.answer))
        lines.append(json.dumps({"messages": [{"role": r, "content": text} for r, text in roles]}, ensure_ascii=False))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise TrainingDataError(f"cannot write {path}: {error.strerror}; choose another file") from error
    return len(lines), left_out
