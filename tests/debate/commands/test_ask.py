"""debate ask: one question, of documents or of the model alone."""

import pytest
from fakes import EMBEDDING, ScriptedLLM
from typer.testing import CliRunner

from debate.cli import app
from vectorstore import FaissStore

STORE = FaissStore.from_texts(
    ["Iran joined in 2024.", "The G7 capped a price."],
    EMBEDDING,
    metadatas=[{"source": "iran.txt"}, {"source": "g7.txt"}],
)
SCRIPT = {"Answer the question below": "Iran joined in 2024.", "capital": "Paris."}


@pytest.fixture(autouse=True)
def model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chains.load_llm", lambda _: ScriptedLLM(script=SCRIPT))
    monkeypatch.setattr("debate.indexing.opening.check_store", lambda _: None)
    monkeypatch.setattr("debate.indexing.opening.load_store", lambda *_: (STORE, ("b.pdf: is damaged",)))


def ask(*arguments: str):
    return CliRunner().invoke(app, ["ask", *arguments])


def test_with_an_index_the_answer_cites_passages_that_are_shown_by_number() -> None:
    told = ask("Did Iran join?", "--index", "somewhere")
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith(
        "Iran joined in 2024 [1].\n\n100% of the sentences are supported by a passage.\n\nPassages\n"
    )
    assert "[1] iran.txt\nIran joined in 2024." in told.stdout


def test_a_folder_of_documents_is_answered_from_and_what_cannot_be_read_is_told() -> None:
    told = ask("Did Iran join?", "--corpus", "somewhere")
    assert told.stdout.startswith("Iran joined in 2024 [1].")
    assert "skipped: b.pdf: is damaged\n" in told.stderr


def test_a_question_of_fact_is_answered_in_two_sentences_unless_more_words_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    llm = ScriptedLLM(script=SCRIPT)
    monkeypatch.setattr("chains.load_llm", lambda _: llm)
    ask("In which year did Iran join?", "--index", "somewhere")
    ask("In which year did Iran join?", "--index", "somewhere", "--max-words", "300")
    assert "in one or two sentences: the fact that is asked for comes first" in llm.prompts[0]
    assert "Write at most 60 words" in llm.prompts[0]
    assert "Your first sentence gives the fact that is asked for" in llm.prompts[1]
    assert "Write 240 to 300 words" in llm.prompts[1]


def test_i_dont_know_is_told_with_its_reason_and_without_passages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chains.load_llm", lambda _: ScriptedLLM(script={"Answer the question below": "I don't know."}))
    told = ask("Did Iran join?", "--index", "somewhere")
    assert told.stdout == "I don't know.\n\nthe model found no answer in the passages\n"


def test_without_documents_it_says_that_it_has_none() -> None:
    told = ask("What is the capital of France?", "--model", "another")
    assert (told.stdout, told.exit_code) == ("Paris.\n", 0)
    assert told.stderr == "answered by the model alone, without citations; pass --corpus or --index to use documents\n"


def test_before_the_answer_it_says_that_the_bundled_model_cannot_write_and_whose_views_speak() -> None:
    told = ask("Did Iran join?", "--index", "somewhere")
    assert "The bundled model is for trying out only" in told.stderr
    assert "Using the built-in personas: The Professor." in told.stderr


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--index", "x", "--text", "y"), "--text excludes --corpus and --index; leave one out"),
        (("--personas", "x"), "--personas needs documents; add --corpus or --index"),
    ],
)
def test_flags_that_would_have_no_effect_are_refused(flags: tuple[str, ...], message: str) -> None:
    told = ask("Why?", *flags)
    assert (told.stderr, told.exit_code) == (f"error: {message}\n", 2)
