"""Translation models: which token tells them the language, and that no marker is lost. The weights here are random."""

from pathlib import Path
from unittest.mock import Mock

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoTokenizer, BartConfig, BartForConditionalGeneration, PreTrainedTokenizerFast

from chains import ModelError, Translation
from chains.models.translators import TranslationModel, load_translator
from chains.text.translation.losses import Losses
from chains.translate import translated

TEXT = "Trade grew in 2024 [1]. The bank lends [2].\n\nIt ended [3]."


def save_model(folder: Path, *tokens: str) -> Path:
    """Write a tiny sequence-to-sequence model whose vocabulary has these tokens of languages."""
    words = ["<s>", "<pad>", "</s>", "<unk>", *tokens, "Trade", "grew", "bank", "ended", "2024"]
    core = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, bos_token="<s>", pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    torch.manual_seed(0)
    config = BartConfig(
        vocab_size=len(words), d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16, max_position_embeddings=128,
    )  # fmt: skip
    BartForConditionalGeneration(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_each_sentence_keeps_its_marker_and_each_paragraph_its_place(tmp_path: Path) -> None:
    made = translated(TEXT, "ja", {}, load_translator(str(save_model(tmp_path, "jpn_Jpan")), "ja"))
    assert isinstance(made, Translation)
    assert [part.count("[") for part in made.text.split("\n\n")] == [2, 1]
    assert not any(one.startswith("[") for one in made.missing)


@pytest.mark.parametrize(
    ("token", "read", "begun"),
    [
        ("jpn_Jpan", "Trade grew", 4),
        ("__ja__", "Trade grew", 4),
        ("ja_XX", "Trade grew", 4),
        (">>jpn<<", ">>jpn<< Trade grew", None),
        ("<2ja>", "<2ja> Trade grew", None),
    ],
)
def test_each_kind_of_model_is_told_the_language_in_its_own_way(tmp_path: Path, token, read, begun) -> None:
    tokenizer = AutoTokenizer.from_pretrained(save_model(tmp_path, token))
    model = Mock(device="cpu", generate=Mock(return_value=[[0]]))
    TranslationModel(model, tokenizer, "ja")(["Trade grew"], [Losses()])
    asked = model.generate.call_args.kwargs
    assert (tokenizer.decode(asked["input_ids"][0]), asked.get("forced_bos_token_id")) == (read, begun)


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"there is no folder .*nothing; check --translator"):
        load_translator(str(tmp_path / "nothing"), "ja")


def test_a_language_model_is_no_translation_model(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama"}', encoding="utf-8")
    with pytest.raises(ModelError, match="cannot load"):
        load_translator(str(tmp_path), "ja")
