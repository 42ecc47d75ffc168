"""What runs and replays start from: checked inputs, the model, and the graph."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph

from chains.debating.steps import check_number
from chains.errors import ModelError
from chains.models.loading import check_named, load_llm
from chains.models.settings import ModelSettings
from chains.schemas import Question
from chains.translate import check_language
from debate.arena.rules import Rules, check_rules
from debate.errors import QuestionsError
from debate.graph.mcp_tools import tools_by_persona
from debate.graph.question_graph import build_question_graph
from debate.indexing.opening import check_index, check_store
from debate.run.questions import read_questions
from debate.settings import BUNDLED, DebateSettings
from debate.settings.graph import GraphSettings
from prompts import Persona, PersonaSet, load_personas
from vectorstore import PovVectorStore
from vectorstore.embedding.scripts import foreign_script

_OF_ENGLISH = ("LATIN",)
_NAMED = 3  # questions of a warning


@dataclass(frozen=True)
class RunInputs:
    """All that can be checked before a model is loaded and a folder is touched.

    Attributes:
        seeds: the questions to be worked on.
        ids: those of the whole list, however many of it are worked on.
    """

    seeds: list[Question]
    ids: frozenset[str]
    personas: PersonaSet
    writer: Persona
    debaters: tuple[Persona, ...]


def check_inputs(settings: DebateSettings) -> RunInputs:
    """Read and check everything that is cheap to check, so that bad input is reported before a model loads."""
    if settings.index is not None:
        check_index(settings.index, settings.corpus)
    seeds = read_questions(settings.questions, settings.sheet)
    personas = load_personas(settings.personas)
    writer = personas.writer(settings.opinion_persona)
    debaters = personas.debaters(settings.debaters)
    if settings.translate:
        check_language(settings.translate)
    check_debaters(settings, debaters, settings.seat)
    listed, ids = of_shard(seeds[: settings.limit], settings.shard), frozenset(seed.id for seed in seeds)
    return RunInputs(listed, ids, personas, writer, debaters)


def unwritable(model: str, questions: Sequence[Question]) -> str:
    """Say which questions the bundled model cannot answer, by their script, and what to do; "" if none."""
    told = [(one.id, foreign_script(one.text, _OF_ENGLISH)) for one in questions] if model == BUNDLED else []
    ids, scripts = [one for one, script in told if script], sorted({script for _, script in told if script})
    if not ids:
        return ""
    named = ", ".join(ids[:_NAMED]) + (f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else "")
    return (
        f"{named} {'is' if len(ids) == 1 else 'are'} written in {' and '.join(scripts)} script, but the bundled model "
        "writes only English; name another model with --model (debate models recommends one)"
    )


def of_shard(seeds: Sequence[Question], shard: str) -> list[Question]:
    """Return the seeds of a shard such as "2/8" in their order; all where ``shard`` is "".

    Raises:
        QuestionsError: there are more shards than different questions, and this one has none.
    """
    if not shard:
        return list(seeds)
    number, _, count = shard.partition("/")
    places = {text: place for place, text in enumerate(dict.fromkeys(seed.text for seed in seeds))}
    mine = [seed for seed in seeds if places[seed.text] % int(count) == int(number) - 1]
    if not mine:
        told = f"the list's different questions are only {len(places)}; make fewer shards"
        raise QuestionsError(f"shard {shard} has no question: {told}")
    return mine


def check_debaters(settings: GraphSettings, debaters: Sequence[Persona], seat: str) -> None:
    """Refuse too few or too many debaters, a seat of nobody's, and tools that nobody may call.

    Raises:
        ChainError: one of these.
    """
    check_number(debaters)
    check_rules(Rules.of(settings, seat), debaters, {one.id: one.tools for one in debaters})


def check_before_loading(settings: DebateSettings, *, llm: bool = True, store: bool = True) -> None:
    """Check models and documents quickly, before either is loaded.

    Args:
        llm: the language models are going to be loaded.
        store: the documents are going to be read, or the index opened.

    Raises:
        DebateError, VectorStoreError, ChainError: as loading them would.
    """
    if store:
        check_store(settings)
    if llm:
        personas = load_personas(settings.personas)
        speakers = (personas.writer(settings.opinion_persona), *personas.debaters(settings.debaters))
        check_named(_model_settings(settings, ""))
        for own in _own_models(settings, speakers):
            with _of_persona(own):
                check_named(_model_settings(settings, own.model))


def load_model(settings: DebateSettings, name: str = "") -> BaseLanguageModel[Any]:
    """Load a run's language model, or another one with the run's settings."""
    return load_llm(_model_settings(settings, name))


def _model_settings(settings: DebateSettings, name: str) -> ModelSettings:
    shared = settings.model_dump(include={"backend", "load_in_4bit", "max_seq_length", "batch_size", "seed", "timeout"})
    return ModelSettings(name=name or settings.model, **shared)


def models_of_their_own(settings: DebateSettings, personas: Sequence[Persona]) -> dict[str, BaseLanguageModel[Any]]:
    """Load each model that a persona names, once, and return by persona id which speaks for whom."""
    loaded: dict[str, BaseLanguageModel[Any]] = {}
    for own in _own_models(settings, personas):
        with _of_persona(own):
            loaded[own.model] = load_model(settings, own.model)
    return {one.id: loaded[one.model] for one in personas if one.model in loaded}


def _own_models(settings: DebateSettings, personas: Sequence[Persona]) -> list[Persona]:
    """Return a persona for each model that is not the run's."""
    return list({one.model: one for one in reversed(personas) if one.model not in ("", settings.model)}.values())


@contextmanager
def _of_persona(persona: Persona) -> Iterator[None]:
    """Say whose model it is that something is wrong with."""
    try:
        yield
    except ModelError as error:
        raise ModelError(f"the model of persona {persona.id!r}: {error}") from error


def question_graph(
    settings: DebateSettings,
    inputs: RunInputs,
    llm: BaseLanguageModel[Any],
    store: PovVectorStore,
    checkpointer: BaseCheckpointSaver[Any],
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Build the graph that a run's questions go through."""
    return build_question_graph(
        llm,
        store,
        inputs.debaters,
        povs=inputs.personas.povs,
        opinion_persona=inputs.writer,
        settings=settings,
        llms=models_of_their_own(settings, (inputs.writer, *inputs.debaters)),
        seat=settings.seat,
        tools=tools_by_persona(inputs.debaters),
        checkpointer=checkpointer,
    )
