"""Translation models of transformers: sequence to sequence, from English, sentence by sentence.

Knows how the usual ones are given the language: NLLB, M2M100 and mBART by the first token of the answer,
Marian and MADLAD by a token before the text; a model of one language pair needs neither. Markers such as [1] are taken
out of a sentence before it is translated and put back at its end: such models lose them.
"""

import re
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from chains.errors import ModelError
from chains.models.folders import is_path
from chains.models.preflight import LOAD_ERRORS, not_loaded
from chains.schemas import Completion
from chains.text.translation.losses import Losses
from chains.translate import Translate
from vectorstore.embedding.quiet import silence_loading
from vectorstore.text.sentences import split_sentences

_MARKERS = re.compile(r"(?<!\s)\s*\[\d{1,2}\]")
_END = re.compile(r"([。．.!?！？؟۔…]*)\s*\Z")
_BATCH = 16  # sentences
_NLLB = {"ar": "arb_Arab", "de": "deu_Latn", "es": "spa_Latn", "fa": "pes_Arab", "fr": "fra_Latn", "ja": "jpn_Jpan",
         "pt": "por_Latn", "ru": "rus_Cyrl", "zh": "zho_Hans"}  # fmt: skip
_MBART = {"ar": "ar_AR", "de": "de_DE", "es": "es_XX", "fa": "fa_IR", "fr": "fr_XX", "ja": "ja_XX", "pt": "pt_XX",
          "ru": "ru_RU", "zh": "zh_CN"}  # fmt: skip
_MARIAN = {"ar": "ara", "de": "deu", "es": "spa", "fa": "pes", "fr": "fra", "ja": "jpn", "pt": "por", "ru": "rus",
           "zh": "cmn_Hans"}  # fmt: skip
_ENGLISH = ("eng_Latn", "en_XX", "en")


def load_translator(name: str, language: str) -> Translate:
    """Load a translation model, from the hub or a folder.

    Raises:
        ModelError: it cannot be found, or is not a translation model.
    """
    silence_loading()
    import torch
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    if is_path(name) and not Path(name).is_dir():
        raise ModelError(f"there is no folder {name}; check --translator, or give a repository such as org/model")
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
        model = AutoModelForSeq2SeqLM.from_pretrained(name, use_safetensors=True)
    except LOAD_ERRORS as error:
        raise not_loaded(name, error) from error
    return TranslationModel(model.to("cuda" if torch.cuda.is_available() else "cpu").eval(), tokenizer, language)


class TranslationModel:
    """Translates paragraphs. In a retry, which names what was lost, it decodes with a wider beam."""

    def __init__(self, model: Any, tokenizer: Any, language: str) -> None:
        self._model = model
        self._tokenizer = tokenizer
        vocabulary = tokenizer.get_vocab()
        starts = (_NLLB[language], f"__{language}__", _MBART[language])
        before = (f">>{_MARIAN[language]}<<", f"<2{language}>")
        self._start = next((vocabulary[one] for one in starts if one in vocabulary), None)
        self._prefix = next((f"{one} " for one in before if one in vocabulary), "")
        if hasattr(tokenizer, "src_lang"):
            tokenizer.src_lang = next((one for one in _ENGLISH if one in vocabulary), "en")

    def __call__(self, paragraphs: Sequence[str], before: Sequence[Losses]) -> list[Completion]:
        """Translate paragraphs.

        Args:
            before: what was wrong with each the last time; nothing in a first attempt.
        """
        beams = 8 if any(before) else 4
        lengths, sentences = [], []
        for paragraph in paragraphs:
            own = [sentence.text for sentence in split_sentences(paragraph)]
            lengths.append(len(own))
            sentences += own
        bare = [_MARKERS.sub("", sentence) for sentence in sentences]
        asked = [sentence for sentence in bare if sentence]  # a marker alone is not text
        batches = (asked[n : n + _BATCH] for n in range(0, len(asked), _BATCH))
        made = chain.from_iterable(self._batch(batch, beams) for batch in batches)
        whole = [
            _with_markers(next(made) if text else "", _MARKERS.findall(sentence))
            for text, sentence in zip(bare, sentences, strict=True)
        ]
        texts = iter(whole)
        return [Completion(text=" ".join(next(texts) for _ in range(length)).strip()) for length in lengths]

    def _batch(self, sentences: Sequence[str], beams: int) -> list[str]:
        import torch

        tokens = self._tokenizer([self._prefix + one for one in sentences], return_tensors="pt", padding=True)
        tokens.pop("token_type_ids", None)
        tokens = tokens.to(self._model.device)
        forced = {} if self._start is None else {"forced_bos_token_id": self._start}
        with torch.inference_mode():
            made = self._model.generate(
                **tokens, num_beams=beams, max_new_tokens=2 * tokens["input_ids"].shape[1] + 20, **forced
            )
        return [str(text) for text in self._tokenizer.batch_decode(made, skip_special_tokens=True)]


def _with_markers(text: str, markers: Sequence[str]) -> str:
    """Put markers before the mark that ends a sentence."""
    return _END.sub(lambda end: "".join(markers) + end.group(1), text, count=1) if markers else text
