"""An argument of a wrong type is told by a function's own name and annotation; everything else reaches the function."""

from collections import UserDict
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, TypedDict, Unpack

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings
from pydantic import BaseModel

from vectorstore import POV
from vectorstore.runtime.arguments import checked


class Setup(BaseModel):
    rounds: int = 2


class Views(list[str]):
    """A list that cannot be made of its items alone, as a corpus."""

    def __init__(self, views: list[str], name: str) -> None:
        super().__init__(views)
        self.name = name


class Words(UserDict[str, str]):
    def __init__(self, words: dict[str, str], name: str) -> None:
        super().__init__(words)
        self.name = name


class Options(TypedDict, total=False):
    seed: int


@checked(LookupError, leave=("free",))
def work(
    views: Sequence[POV | str],
    *,
    words: Mapping[str, str] | None = None,
    setup: Setup | None = None,
    style: Literal["short"] = "short",
    free: str = "",
    **options: Unpack[Options],
) -> tuple[Any, ...]:
    return views, words, setup, style, free, options


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"views": 5}, r"^work: views must be Sequence\[POV \| str\], got 5$"),
        ({"views": "Trade."}, "got 'Trade.'$"),
        ({"views": [POV("Trade."), 5]}, "got 5 in a list$"),
        ({"views": [], "words": [1]}, r"words must be Mapping\[str, str\] \| None, got list$"),
        ({"views": [], "words": {"bank": 5}}, "got 5 in a dict$"),
        ({"views": [], "setup": {"rounds": 2}}, r"setup must be Setup \| None, got dict$"),
        ({"views": [], "setup": Setup}, "got ModelMetaclass|got Setup$"),
        ({"views": [], "seed": "1"}, "seed must be int, got '1'$"),
        ({"views": [], "seed": True}, "got True$"),
        ({"views": "y" * 1000}, "got 'y{60}'$"),
    ],
)
def test_a_wrong_type_is_told_in_one_line_with_what_is_taken(arguments: Any, told: str) -> None:
    with pytest.raises(LookupError, match=told):
        work(**arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"views": (), "words": MappingProxyType({"bank": "銀行"})},
        {"views": Views(["Trade."], "mine"), "words": Words({"bank": "銀行"}, "mine")},
        {"views": [POV("Trade."), "Trade."], "setup": Setup(rounds=3), "seed": 1},
        {"views": [], "style": "long"},
        {"views": [], "free": 5},
    ],
)
def test_values_reach_the_function_as_they_are(arguments: Any) -> None:
    views, words, setup, style, free, options = work(**arguments)
    given = {"words": words, "setup": setup, "style": style, "free": free, **options}
    assert views is arguments["views"]
    assert all(given[name] is value for name, value in arguments.items() if name != "views")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [({}, "missing 1 required positional argument: 'views'"), ({"views": [], "sed": 1}, r"work\(\) got an unexpected")],
)
def test_a_missing_or_an_unknown_argument_is_pythons_own_error(arguments: Any, told: str) -> None:
    with pytest.raises(TypeError, match=told):
        work(**arguments)


class OwnEmbeddings:
    """What a host wrote itself, without LangChain's class."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[1.0] for _ in texts]

    def embed_query(self, text: str) -> list[float]:
        return [1.0]


@checked(LookupError)
def embed(embeddings: Embeddings | None, seed: int = 0, weight: float = 0.5) -> str:
    return type(embeddings).__name__


def test_an_object_with_the_methods_of_an_interface_is_taken_for_it() -> None:
    assert embed(OwnEmbeddings()) == "OwnEmbeddings"  # type: ignore[arg-type]


def test_an_object_without_them_is_refused() -> None:
    with pytest.raises(LookupError, match="embeddings must be Embeddings"):
        embed(object())  # type: ignore[arg-type]


def test_numbers_of_numpy_are_numbers() -> None:
    assert embed(OwnEmbeddings(), np.int64(3), np.float32(0.5)) == "OwnEmbeddings"  # type: ignore[arg-type]


def test_a_fraction_is_no_whole_number() -> None:
    with pytest.raises(LookupError, match="seed must be int"):
        embed(OwnEmbeddings(), np.float32(0.5))  # type: ignore[arg-type]
