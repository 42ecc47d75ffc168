"""Training examples as tokens: the prompt of a run, then the answer; only the answer counts in the loss.

Nothing is truncated silently: passages that do not fit are dropped from the end, as in a run, and an example that does
not fit at all is left out and listed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chains.context import clean_passage
from chains.generation.local.chat_template import has_special_tokens, prompt_text
from chains.writing.styles import opinion_prompt
from debate.training.data.dataset import Example, LeftOut
from debate.training.voice import AskedAs
from prompts import RenderedPrompt


@dataclass(frozen=True)
class EncodedExample:
    """Token ids of an example and, for each, whether it belongs to the answer; ``dropped`` counts passages left out."""

    input_ids: tuple[int, ...]
    completion_mask: tuple[int, ...]
    dropped: int


def encode_examples(
    examples: Sequence[Example], tokenizer: Any, asked: AskedAs, max_tokens: int
) -> tuple[list[EncodedExample], list[LeftOut]]:
    """Encode what fits into ``max_tokens``; the rest is returned with its length."""
    encoded: list[EncodedExample] = []
    left_out: list[LeftOut] = []
    for example in examples:
        found = _encode(example, tokenizer, asked, max_tokens)
        if isinstance(found, EncodedExample):
            encoded.append(found)
        else:
            reason = f"{found} tokens without any passage; raise --max-seq-length above {max_tokens}"
            left_out.append(LeftOut(example.place, reason))
    return encoded, left_out


def example_prompt(example: Example, asked: AskedAs, passages: int | None = None) -> RenderedPrompt:
    """Return the prompt that a run would send for an example with its first ``passages`` passages."""
    shown = [clean_passage(passage) for passage in example.passages[:passages]]
    return opinion_prompt(asked.persona.voice, example.question, shown, asked.limits)


def _encode(example: Example, tokenizer: Any, asked: AskedAs, max_tokens: int) -> EncodedExample | int:
    """Encode with as many passages as fit, or return the length without any."""
    answer = [*tokenizer(example.answer, add_special_tokens=False).input_ids, tokenizer.eos_token_id]
    length = 0
    for kept in range(len(example.passages), -1, -1):
        text = prompt_text(tokenizer, example_prompt(example, asked, kept))
        prompt = tokenizer(text, add_special_tokens=not has_special_tokens(tokenizer, text)).input_ids
        length = len(prompt) + len(answer)
        if length <= max_tokens and (kept or not example.passages):
            mask = (0,) * len(prompt) + (1,) * len(answer)
            return EncodedExample((*prompt, *answer), mask, len(example.passages) - kept)
    return length
