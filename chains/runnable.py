"""What every chain is: a Runnable with a name, an input schema and a description, as hosts read them.

A chain with a further configuration (``with_config``, ``with_retry``) is LangChain's own Runnable, which describes a
tool by its schema alone: make the tool first, or give it a description.
"""

from collections.abc import Callable
from typing import Any, TypeVar, get_type_hints

from langchain_core.runnables import RunnableConfig, RunnableLambda
from langchain_core.tools import BaseTool, convert_runnable_to_tool
from pydantic import BaseModel, Field

from chains.errors import ChainError
from chains.schemas import Chunk

Made = TypeVar("Made")


class Chain(RunnableLambda[Any, Made]):
    """A function as a chain.

    Args:
        work: takes what the chain is asked, and the configuration.
        name: of the chain in traces, and of its tool.
        takes: the schema of a mapping that it takes.
        purpose: what it does, for a model that may call it as a tool.
    """

    def __init__(
        self, work: Callable[[Any, RunnableConfig], Made], name: str, takes: type[BaseModel], purpose: str
    ) -> None:
        def run(asked: Any, config: RunnableConfig, **bound: Any) -> Made:
            if bound:
                raise ChainError(
                    f"{', '.join(bound)} cannot be bound to the chain {name!r}; bind it to the model, or give the "
                    "chain its own settings when you make it"
                )
            return work(asked, config)

        super().__init__(run, name=name)
        self._makes = get_type_hints(work)["return"]
        self._takes = takes
        self._purpose = purpose

    @property
    def InputType(self) -> Any:  # noqa: N802 - LangChain's name
        """The schema of a mapping that it takes."""
        return self._takes

    @property
    def OutputType(self) -> Any:  # noqa: N802 - LangChain's name
        """The type that it returns."""
        return self._makes

    def as_tool(
        self,
        args_schema: type[BaseModel] | None = None,
        *,
        name: str | None = None,
        description: str | None = None,
        arg_types: dict[str, type] | None = None,
    ) -> BaseTool:
        """Return the chain as a tool, described by its purpose unless another description is given."""
        return convert_runnable_to_tool(
            self, args_schema, name=name, description=description or self._purpose, arg_types=arg_types
        )

    def __repr__(self) -> str:
        """Name the chain."""
        return f"Chain({self.name!r})"


class QuestionInput(BaseModel):
    """A question; a plain text and a ``Question`` are accepted, too."""

    text: str = Field(description="The question itself")
    id: str = Field("q", description="Its id in the results")
    about: str = Field("", description="Background, such as recent events")


class OpinionInput(BaseModel):
    """A question and its passages; an ``OpinionRequest`` is accepted, too."""

    question: str = Field(description="The question to answer")
    context: list[Chunk] = Field(description="The passages to answer from")


class TranslationInput(BaseModel):
    """A text to translate; a plain text and an ``Opinion`` are accepted, too."""

    text: str = Field(description="The text to translate")


class DebateInput(BaseModel):
    """A question to debate; a question in any form and a ``DebateRequest`` are accepted, too."""

    question: str = Field(description="The question under debate")
    opinion: str = Field("", description="An opinion that the debaters read")
