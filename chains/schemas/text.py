"""Text that every tokenizer, server and file can hold."""

from typing import Annotated

from pydantic import AfterValidator


def valid_text(text: str) -> str:
    """Return a text with a question mark for each half of a surrogate pair, which UTF-8 cannot hold."""
    return text.encode(errors="replace").decode()


ValidText = Annotated[str, AfterValidator(valid_text)]
