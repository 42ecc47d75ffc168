"""Input schemas of the chains, as tools, Agent Server and MCP read them."""

from pydantic import BaseModel, Field

from chains.schemas import Chunk


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
