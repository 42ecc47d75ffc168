"""Training examples as chat messages with the prompts of a run, for training elsewhere."""

import json
from pathlib import Path

from debate.amounts import amount
from debate.errors import TrainingDataError
from debate.files.atomic import atomic_file
from debate.training.data.dataset import LeftOut, read_examples
from debate.training.data.tables import LOG, Tell
from debate.training.encoding import example_prompt
from debate.training.settings import FinetuneSettings
from debate.training.voice import asked_as

_BEGINS = b'{"messages": '


def export_chat(settings: FinetuneSettings, path: Path, tell: Tell = LOG.warning) -> tuple[int, list[LeftOut]]:
    """Write ``{"messages": [system, user, assistant]}`` a line; return how many, and the rows left out.

    Args:
        settings: the data, and which of their rows count.
        path: of the file.
        tell: told of what is read otherwise than its user may expect.

    Raises:
        TrainingDataError: the data cannot be read, nothing passes the filters, or the file cannot be written or
            holds anything but chat messages.
    """
    examples, left_out = read_examples(settings, tell)
    if not examples:
        first = f", the first: {left_out[0].reason}" if left_out else ""
        raise TrainingDataError(f"no example passes the filters; left out: {amount(len(left_out), 'row')}{first}")
    if path.is_file() and path.read_bytes()[: len(_BEGINS)] not in (b"", _BEGINS):
        raise TrainingDataError(f"{path} exists and holds no chat messages; give another --chat")
    asked = asked_as(settings, tell)
    lines = []
    for example in examples:
        prompt = example_prompt(example, asked)
        roles = (("system", prompt.system), ("user", prompt.user), ("assistant", example.answer))
        lines.append(json.dumps({"messages": [{"role": r, "content": text} for r, text in roles]}, ensure_ascii=False))
    with atomic_file(path, TrainingDataError, remedy="choose another file") as file:
        path.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines), left_out
