"""Provisional: replaced by the sentence module that is being written."""

import re


def word_count(text: str) -> int:
    return len(text.split())


def ends_with_sentence(text: str) -> bool:
    return bool(re.search(r"[.!?。！？][\"'”’)\]]*\s*$", text))


def cut_at_sentence(text: str, max_words: int) -> str:
    words = list(re.finditer(r"\S+", text))
    if len(words) <= max_words and ends_with_sentence(text):
        return text
    head = text[: words[min(max_words, len(words)) - 1].end()] if words else ""
    ends = [m.end() for m in re.finditer(r"[.!?。！？][\"'”’)\]]*(?=\s|$)", head)]
    return head[: ends[-1]] if ends else head
