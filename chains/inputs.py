"""What the chains take as a mapping: the schema that tools, Agent Server and MCP read. Types only."""

from __future__ import annotations

from pydantic import BaseModel, Field

from chains.schemas import Chunk


class QuestionInput(BaseModel):
    """A question; a plain text and a ``Question`` are taken as well."""

    text: str = Field(description="The question itself")
    id: str = Field("q", description="What it is called in the results")
    about: str = Field("", description="Text about it, such as what has happened")


class OpinionInput(BaseModel):
    """A question and its passages; an ``OpinionRequest`` is taken as well."""

    question: str = Field(description="The question to answer")
    context: list[Chunk] = Field(description="The passages that the answer has to rest on")


class DebateInput(BaseModel):
    """What is debated; a question in any form and a ``DebateRequest`` are taken as well."""

    question: str = Field(description="The question under debate")
    opinion: str = Field("", description="An opinion on it that the debaters know")
