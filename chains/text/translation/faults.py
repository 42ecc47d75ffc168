"""Whether a text is a translation at all: it is in the language, is not its own source, and does not repeat itself.

A language with a script of its own is known by its letters; German, French, Portuguese and Spanish by how few English
words are in the text. Names with a capital may be in any script. Whether the words make sense is not judged, nor
Persian told from Arabic or German from Spanish.
"""

import re
from collections.abc import Iterator

from chains.schemas import TranslationFault
from chains.text.repetition import detect_loop
from vectorstore.text.letters import IDEOGRAPHS
from vectorstore.text.sentences import CITATION, split_sentences, word_count
from vectorstore.text.words import FUNCTION_WORDS

_ARABIC = "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc"
_LETTERS = {"ar": _ARABIC, "fa": _ARABIC, "ja": IDEOGRAPHS, "ru": "\u0400-\u052f", "zh": IDEOGRAPHS}
_LATIN = "A-Za-z\u00c0-\u024f"
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_HIRAGANA = re.compile("[\u3041-\u3096]")
_HAN = re.compile("[\u4e00-\u9fff]")
_HALF = 0.5
_FEW_KANA = 0.2  # of a Chinese text's signs; a Japanese one has about half
_LEAST_HAN = 16  # signs without a kana among them: Japanese has headings of fewer
_LEAST_REPEATED = 3  # words of a sentence that is there twice: "I agree." may be
_LEAST_WORDS = 4  # in small letters, in a sentence of its own
# No words of the other Latin languages here.
_ENGLISH = """
the of and that with which are were they their this these have been from by would there should what did does is to not
it its than when how who had
"""
_ENGLISH_ONLY = frozenset(_ENGLISH.split())
_ARTICLES = {"the", "a", "an"}  # "the G20" is a name
_LEAST_ENGLISH = 0.15  # English has a third
_NAME = re.compile(r"\b[A-Z][\w'’-]*(?: (?:(?:of|the|and|for|in|on|to) ){0,2}[A-Z][\w'’-]*)+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def faults_of(text: str, translation: str, language: str, least: int = 0) -> tuple[TranslationFault, ...]:
    """Return why a text is no translation of another.

    Args:
        least: how many words it has at least, as ``word_count`` counts them.
    """
    text, translation = (CITATION.sub(" ", one).strip() for one in (text, translation))
    if not _WORD.search(text):
        return ()
    if not translation:
        return (TranslationFault.EMPTY,)
    return tuple(_faults(text, translation, language, least))


def _faults(text: str, translation: str, language: str, least: int) -> Iterator[TranslationFault]:
    if _unchanged(text, translation):
        yield TranslationFault.UNCHANGED
    elif ({*_words_in_small(text)} - _ARTICLES or _words_in_small(translation)) and _in_another_language(
        translation, language
    ):
        yield TranslationFault.LANGUAGE
    if word_count(translation) < least:
        yield TranslationFault.SHORT
    if _repeats(translation) and not _repeats(text):
        yield TranslationFault.REPETITION


def _repeats(text: str) -> bool:
    """Whether a text falls into a loop, or says a sentence twice."""
    sentences = [one.text for one in split_sentences(text) if word_count(one.text) >= _LEAST_REPEATED]
    return len(set(sentences)) < len(sentences) or bool(detect_loop(text))


def _in_another_language(text: str, language: str) -> bool:
    """Whether a text, or a sentence of it that is long enough, is in other letters or words than the language's."""
    sentences = [one.text for one in split_sentences(text)]
    if language not in _LETTERS:
        return _is_english(text) or any(map(_is_english, sentences)) or _share(text, _LATIN) < _HALF
    long = [one for one in sentences if len(_strangers(one, _LETTERS[language])) >= _LEAST_WORDS]
    return any(_share(one, _LETTERS[language]) < _HALF for one in (text, *long)) or _wrong_ideographs(text, language)


def _share(text: str, letters: str) -> float:
    """The share of a script in a text's letters, but for names, which may be in any: words with a capital."""
    if not _WORD.search(text):  # 15 for fifteen
        return 1.0
    own = len(re.findall(f"[{letters}]", text))
    return own / max(1, own + sum(map(len, _strangers(text, letters))))


def _strangers(text: str, letters: str) -> list[str]:
    return [word for word in re.findall(rf"[^\W\d_{letters}]+", text) if not word[0].isupper()]


def _wrong_ideographs(text: str, language: str) -> bool:
    """Whether a Chinese text is in kana, or a Japanese one without any."""
    han, kana = len(_HAN.findall(text)), len(_KANA.findall(text))
    if language == "zh":
        return kana > _FEW_KANA * (han + kana) and bool(_HIRAGANA.search(text))
    return language == "ja" and han >= _LEAST_HAN and not kana


def _is_english(text: str) -> bool:
    words = [word.lower() for word in _WORD.findall(_NAME.sub(" ", text))]
    return len(words) >= _LEAST_WORDS and sum(word in _ENGLISH_ONLY for word in words) > _LEAST_ENGLISH * len(words)


def _unchanged(text: str, translation: str) -> bool:
    """Whether most of a text is in its translation word for word, names apart."""
    words, others = _WORD.findall(text), _WORD.findall(translation)
    if [word.lower() for word in words] == [word.lower() for word in others]:
        small = _words_in_small(text)
        return len(small) > 1 or any(word in FUNCTION_WORDS for word in small)
    grams, there = set(_grams(words)), set(_grams(others))
    return len(grams) > 1 and len(grams & there) >= _HALF * len(grams)


def _words_in_small(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if not word[0].isupper()]


def _grams(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Three words behind each other, at most one of them a name's."""
    runs = zip(words, words[1:], words[2:], strict=False)
    return (run for run in runs if sum(word[0].isupper() for word in run) < 2)
