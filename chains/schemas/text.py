"""Text that every tokenizer, server and file can hold."""

from typing import Annotated

from pydantic import AfterValidator

from vectorstore.text.letters import valid_text

ValidText = Annotated[str, AfterValidator(valid_text)]
