"""The real MiniLM and the real SmolLM2, through the real HuggingFacePipeline, into a real workbook."""

import warnings
from pathlib import Path

import pandas as pd
import pytest
from langchain_huggingface import HuggingFacePipeline

from chains import load_llm
from chains.models.bundled import smollm2_folder
from debate import DebateSettings, run_questions
from vectorstore import build_index, load_corpus, load_embeddings

pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("ignore")]
CORPUS = Path(__file__).parents[2] / "examples" / "brics" / "corpus"


@pytest.fixture(scope="module")
def llm():
    with warnings.catch_warnings(action="ignore"):
        return load_llm()


def test_the_bundled_model_is_a_langchain_pipeline_that_answers(llm) -> None:
    assert isinstance(llm, HuggingFacePipeline)
    assert llm.invoke("The capital of Iran is", max_words=40)


def test_the_converted_tokenizer_gives_back_the_text_it_was_given() -> None:
    """Regression: transformers 5.5 turned each space of this GGUF's texts into <|endoftext|>."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(smollm2_folder())
    text = "In 2024 Iran’s trade was $3.5 billion.\n\n日本"
    assert tokenizer.decode(tokenizer(text).input_ids) == text


def test_a_list_runs_from_questions_to_a_workbook_with_real_passages(llm, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("Did the price cap on Russian oil work?\n", encoding="utf-8")
    with warnings.catch_warnings(action="ignore"):
        store = build_index(load_corpus(CORPUS), load_embeddings())
    settings = DebateSettings(
        questions=tmp_path / "q.txt",
        corpus=CORPUS,
        personas=CORPUS.parent / "personas.toml",
        debaters=("professor", "atlanticist"),
        out=tmp_path / "out",
        min_words=60,
        max_words=90,
        turn_words=60,
        k=3,
        debate_k=3,
        deepen=0,
    )
    summary = run_questions(settings, llm=llm, store=store)
    row = pd.read_excel(summary.workbook, sheet_name="results").iloc[0]
    assert row["status"] == "done"
    assert row["words"] <= 90
    assert all(chunk.text in row["context"] for chunk in summary.results[0].chunks)
    said = pd.read_excel(summary.workbook, sheet_name="debate", dtype={"round": str})
    assert said["round"].tolist() == ["position", "position", "1", "1", "2", "2", "verdict"]
