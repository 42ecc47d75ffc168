"""Provisional."""


def is_abstention(text: str) -> bool:
    return text.lower().replace("’", "'").startswith(("i don't know", "i do not know"))
