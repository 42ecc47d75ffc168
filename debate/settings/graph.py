"""Settings for one question, shared by the graphs and by a run."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import NoDecode

from chains.kinds import Decision, Protocol, Stop


def split_list(value: Any) -> Any:
    """Split a list given as text, a,b or JSON, as an environment variable holds it; return anything else unchanged."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return [str(part) for part in json.loads(value)]  # a ValueError is reported by pydantic
    return [part.strip() for part in value.split(",") if part.strip()]


def check_text(value: Any) -> Any:
    """Refuse what a record of settings cannot hold: bytes of an old file's name."""
    try:
        for one in value if isinstance(value, tuple) else (value,):
            str(one).encode()
    except UnicodeEncodeError as error:
        raise ValueError("contains bytes that are not UTF-8; rename it") from error
    return value


AS_LIST = BeforeValidator(split_list)
Seed = Annotated[int, Field(ge=0, lt=2**32)]  # what NumPy and transformers take


class GraphSettings(BaseModel):
    """How to retrieve, answer and debate one question. A field's description is also the help of its flag.

    With ``abstain``, building the graph takes some seconds to calibrate a threshold on the store. A store with ``k``
    chunks or fewer is too small for that, and is not calibrated.

    Raises:
        ValidationError (pydantic): an unknown field, or a value out of range.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    rounds: int = Field(2, ge=2, le=20, description="Rounds of the debate, 2 to 20")
    protocol: Protocol = Field("sequential", description="Who hears whom in a debate")
    decision: Decision = Field("moderator", description="Who decides a debate")
    stop: Annotated[tuple[Stop, ...], NoDecode, AS_LIST] = Field((), description="Also end a debate at")
    token_budget: int | None = Field(
        None, ge=1, description="Most tokens for all turns of a debate, checked from the end of the first round"
    )
    k: int = Field(5, ge=1, le=50, description="Passages for an opinion")
    debate_k: int = Field(5, ge=1, le=50, description="Passages for each debater")
    fresh_k: int = Field(
        0, ge=0, le=50, description="New passages for each debater in later rounds, found by the arguments against it"
    )
    lookups: int = Field(
        0,
        ge=0,
        le=20,
        description="Most tool calls (such as searches) of a debater before each turn, if its model can call tools",
    )
    baseline: bool = Field(False, description="Also let a single agent answer, for about the tokens of the debate")
    pov_weight: float = Field(
        0.5, ge=0, le=1, description="0: retrieve by the question alone; 1: by the points of view alone"
    )
    mode: Literal["dense", "hybrid"] = Field(
        "dense", description="Retrieve by meaning (dense), or by meaning and words (hybrid, with BM25)"
    )
    rerank: bool = Field(True, description="Rerank the best passages for each view, if the embedding model supports it")
    min_words: int = Field(400, ge=0, description="Fewest words of an opinion")
    max_words: int = Field(500, ge=20, description="Most words of an opinion")
    turn_words: int = Field(120, ge=20, description="Most words of a debater's turn")
    candidates: int = Field(
        3,
        ge=1,
        le=16,
        description="Candidates for each turn and each paragraph, of which the best is used; 1 is cheapest",
    )
    opinion_in_debate: bool = Field(True, description="Show the opinion to the debaters")
    style: Literal["auto", "single", "by_chunk", "plan"] = Field(
        "auto", description="Write opinions from one prompt, paragraph by passage, or from a plan"
    )
    debate_after_abstention: bool = Field(False, description='Debate a question that was answered "I don\'t know"')
    abstain: bool = Field(True, description='Say "I don\'t know" if no passage bears on the question')
    translate: str = Field("", description="Also translate the answers: ja, fa, de, fr, es, pt, ru, ar or zh")
    glossary: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict, description="Terms and their translations; a table in the settings file"
    )
    seed: Seed = Field(0, description="Random seed")

    @field_validator("glossary", mode="before")
    @classmethod
    def _terms(cls, value: Any) -> Any:
        """Read NAME=TERM,NAME=TERM or a JSON object, as an environment variable holds it."""
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("{"):
            return json.loads(value)
        pairs = [part.partition("=") for part in split_list(value)]
        if any(not sign for _, sign, _ in pairs):
            raise ValueError("is not NAME=TERM,NAME=TERM")
        return {name.strip(): term.strip() for name, _, term in pairs}

    _are_text = field_validator("*")(check_text)

    @model_validator(mode="after")
    def _words_leave_room(self) -> GraphSettings:
        if self.min_words >= self.max_words:
            raise ValueError(f"min_words {self.min_words} must be below max_words {self.max_words}")
        return self
