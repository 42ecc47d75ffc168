"""What a model's answers took is stored with them: a comparison that was stopped counts what an undisturbed one would."""

from pathlib import Path

import pytest
from comparing import compare_settings
from fakes import TopicEmbedding
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from debate.compare.effort import Effort
from debate.compare.records import ComparisonFiles
from debate.compare.runner import Comparison, compare_models
from debate.compare.settings import CompareSettings
from vectorstore import FaissStore

LONG = "The union ended in 1911, and that settled the matter for everybody. The tariff on salt doubled in that year."


@pytest.fixture
def settings(tmp_path: Path) -> CompareSettings:
    return compare_settings(tmp_path, concurrency=1, controls=False)


class Counts(BaseChatModel):
    """Says the same to everybody, and tells its tokens."""

    @property
    def _llm_type(self) -> str:
        return "counts"

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        usage = {"input_tokens": 10, "output_tokens": 30, "total_tokens": 40}
        return ChatResult(generations=[ChatGeneration(message=AIMessage(LONG, usage_metadata=usage))])


class Stops(Counts):
    """Is interrupted at its last question."""

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        if "What is the tariff" in str(messages):
            raise KeyboardInterrupt
        return super()._generate(messages, stop, run_manager, **kwargs)


def compared(settings: CompareSettings, llm: BaseChatModel) -> Comparison:
    store = FaissStore.from_texts(["The union ended in 1911.", "The tariff on salt doubled."], TopicEmbedding())
    return compare_models(settings, load=lambda _: llm, store=store)


def counted(found: Comparison) -> list[tuple[str, int, int]]:
    return [(one.model, one.answers, one.tokens) for one in found.efforts]


def test_a_comparison_that_was_stopped_and_resumed_counts_what_an_undisturbed_one_does(settings, tmp_path) -> None:
    """Regression: only the last session was counted."""
    undisturbed = compared(settings.model_copy(update={"out": tmp_path / "other"}), Counts())
    with pytest.raises(KeyboardInterrupt):
        compared(settings, Stops())
    resumed = compared(settings, Counts())
    assert counted(resumed) == counted(undisturbed)
    assert [one.answers for one in resumed.efforts] == [3, 3]
    assert all(one.seconds > 0 and one.tokens_a_second > 0 for one in resumed.efforts)


def test_the_tokens_of_answers_that_an_interrupted_session_finished_are_stored(settings) -> None:
    with pytest.raises(KeyboardInterrupt):
        compared(settings, Stops())
    kept = ComparisonFiles(settings.out, settings.models).answers[0].read()
    assert [one.effort is not None and one.effort.tokens > 0 for one in kept] == [True, True]


def test_efforts_of_sessions_of_an_older_version_are_counted_too(settings) -> None:
    found = compared(settings, Counts())
    ComparisonFiles(settings.out, settings.models).efforts.add([Effort("plain", 5, 100, 2.0, 7, "CPU")])
    again = compared(settings, Counts())
    assert again.efforts[0].answers == found.efforts[0].answers + 5
