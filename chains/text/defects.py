"""Find the sentences that a reader would strike out, by rules on words. Text in, facts out; no model.

Each rule was kept for what it finds and for how seldom it disturbs good prose: see the checker's test set in
``tests/chains/text`` and the results under ``benchmarks``. It sees neither untrue nor dull sentences. The
phrases are English; repetition, echo and unfinished ends are seen in any language.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from chains.schemas import Defect, DefectKind
from chains.text import recital
from chains.text.cleaning.answer import label_patterns
from chains.text.cleaning.markup import is_open_item, lists_in, markup_in, without_headings
from chains.text.content import content_words
from chains.text.idle import advises, names_nothing, says_itself
from chains.text.ngrams import ngrams, scripts
from chains.text.phrases import APOLOGY, CLOSE, FAREWELL, OF_ANOTHER_TEXT, OF_THE_PASSAGE, OF_THE_TASK, PLACEHOLDER
from chains.text.refusal import is_abstention
from chains.text.repetition import detect_loop
from chains.text.support import contradiction
from chains.text.support.agreement import denied_by, read_passage
from chains.text.support.entities import unsupported_entities
from vectorstore.runtime.turnstile import one_at_a_time
from vectorstore.text.sentences import CITATION, ends_with_sentence, split_sentences, word_count

__all__ = ["Defect", "DefectKind", "find_defects"]

_ALIKE_WORDS, _ALIKE_SENTENCES = 3, 5
_BABBLE_WORDS = 6  # behind a close; less is a signature or a mark
_FRAGMENT_WORDS, _FRAGMENTS = 3, 6  # "Then 2024. And 2025. There 2024. …"
_NUMBER_FRAGMENTS = 3
_NUMBERS = 5  # "2018, 2019, 2020, 2021 and 2022.": half of a sentence's words
_NUMBER = re.compile(r"\b\d[\d.,]*\b")
_SOMEBODY = re.compile(
    r"[*_ \t]{0,3}(?:(?:speaker|person|panelist|debater|participant|expert|narrator|host|character) ?(?:\d|[A-Z])?"
    r"|(?:Dr|Mr|Mrs|Ms|Prof|Professor|President|Senator|Minister|Ambassador|Member|Delegate|Deputy|Judge|General|Chair"
    r"(?:man|woman)?)\.? [A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?)"
    r"[*_]{0,2}:"
)
_FACT = re.compile(r"\[(\d{1,2})\]")


@dataclass(frozen=True)
class _Read:
    """A text as its sentences, a tuple a paragraph, and what it was written from."""

    text: str
    paragraphs: tuple[tuple[str, ...], ...]
    prompt: str
    question: str
    voice: str
    passages: tuple[str, ...]
    speakers: tuple[str, ...]
    said_before: tuple[str, ...]
    position: str

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(sentence for paragraph in self.paragraphs for sentence in paragraph)


@one_at_a_time
def find_defects(
    text: str,
    *,
    prompt: str = "",
    question: str = "",
    voice: str = "",
    passages: Sequence[str] = (),
    speakers: Sequence[str] = (),
    said_before: Sequence[str] = (),
    position: str = "",
) -> tuple[Defect, ...]:
    """Return what is wrong with a text, in its order; each sentence once a kind. What is not given is not checked.

    Args:
        text: a cleaned answer or turn, with or without markers [1].
        prompt: the whole prompt, whose instruction must not come back.
        question: what was asked; its names and numbers are known everywhere.
        voice: the persona's description, as the prompt continues it after "You are ".
        passages: [1] is the first of them.
        speakers: all who take part in the debate.
        said_before: what others said, for turns.
        position: what the speaker of a turn stands for.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    paragraphs = tuple(tuple(one.text for one in split_sentences(line)) for line in lines)
    several = (tuple(passages), tuple(speakers), tuple(said_before))
    read = _Read(text.strip(), paragraphs, prompt, question, voice, *several, position)
    found = {defect: None for rule in _RULES for defect in rule(read)}
    place = {sentence: at for at, sentence in reversed(list(enumerate(read.sentences)))}
    return tuple(sorted(found, key=lambda defect: place.get(defect.sentence, len(place))))


def _phrases(read: _Read) -> Iterator[Defect]:
    for sentence in read.sentences:
        if APOLOGY.search(sentence) or (is_abstention(sentence) and not is_abstention(read.text)):
            yield Defect(DefectKind.APOLOGY, sentence)
        elif OF_THE_TASK.search(sentence) or OF_THE_PASSAGE.search(sentence) or OF_ANOTHER_TEXT.search(sentence):
            yield Defect(DefectKind.ABOUT_THE_TEXT, sentence)
        if markup_in(sentence) or PLACEHOLDER.search(sentence):
            yield Defect(DefectKind.MARKUP, sentence)


def _another_speaker(read: _Read) -> Iterator[Defect]:
    _, others = label_patterns(read.speakers)
    for number, line in enumerate(line for line in read.text.split("\n") if line.strip()):
        if (number and others.search("\n" + line)) or _SOMEBODY.match(line) or others.search(line):
            yield Defect(DefectKind.ANOTHER_SPEAKER, read.paragraphs[number][0])
    strangers = [name for name in read.speakers if read.voice and name not in read.voice]
    for sentence in read.sentences:
        if any(re.search(rf"\b(?:I am|I['’]m|I,|my name is) {re.escape(name)}", sentence) for name in strangers):
            yield Defect(DefectKind.ANOTHER_SPEAKER, sentence)


def _left_open(read: _Read) -> Iterator[Defect]:
    lines = [line for line in read.text.split("\n") if line.strip()]
    yield from (Defect(DefectKind.OPEN_ITEM, line.strip()) for line in lines if is_open_item(line))
    last = read.sentences[-1] if read.sentences else ""
    if last and is_open_item(last) and not is_open_item(lines[-1]):
        yield Defect(DefectKind.OPEN_ITEM, last)
    elif last and not is_open_item(last) and not ends_with_sentence(read.text):
        yield Defect(DefectKind.UNFINISHED_END, last)


def _headings_and_lists(read: _Read) -> Iterator[Defect]:
    _, headings = without_headings(read.text)
    yield from (Defect(DefectKind.MARKUP, one.text) for one in headings)
    yield from (Defect(DefectKind.MARKUP, line) for line in lists_in(read.text))


def _garble(read: _Read) -> Iterator[Defect]:
    written = Counter(script for sentence in read.sentences for script in scripts(sentence))
    known = {script for text in (read.question, read.prompt, *read.passages) for script in scripts(text)}
    yield from (Defect(DefectKind.GARBLE, sentence) for sentence in _number_fragments(read.sentences))
    fragments: list[str] = []
    for sentence in read.sentences:
        fragments = [*fragments, sentence] if word_count(sentence) <= _FRAGMENT_WORDS else []
        if len(fragments) == _FRAGMENTS:
            yield Defect(DefectKind.GARBLE, fragments[0])
        if len(_NUMBER.findall(sentence)) >= max(_NUMBERS, word_count(sentence) / 2):
            yield Defect(DefectKind.GARBLE, sentence)
        strange = {one for one in scripts(sentence) if written[one] * 2 < len(read.sentences)} - known
        if strange and len(scripts(sentence)) > 1:
            yield Defect(DefectKind.GARBLE, sentence)


def _number_fragments(sentences: Sequence[str]) -> Iterator[str]:
    """Numbers alone, and several sentences in a row that are little more: "Brazil 18. India 5. Russia 1."."""
    for is_fragment, run in groupby(sentences, key=_is_number_fragment):
        found = list(run) if is_fragment else []
        several = len(found) >= _NUMBER_FRAGMENTS
        yield from (one for one in found if several or not any(map(str.isalpha, one)))


def _is_number_fragment(sentence: str) -> bool:
    bare = CITATION.sub("", sentence)
    return word_count(bare) <= _FRAGMENT_WORDS and bool(_NUMBER.search(bare))


def _recitals(read: _Read) -> Iterator[Defect]:
    known = (*read.passages, read.question)
    voice = recital.of_voice(read.voice, known) if read.voice else frozenset()
    instruction = recital.of_instruction(read.prompt, known) if read.prompt else frozenset()
    for number, paragraph in enumerate(read.paragraphs):
        for sentence in paragraph:
            again = 0 < number < len(read.paragraphs) - 1 and recital.asks_again(sentence, read.question)
            introduced = recital.introduces(sentence, read.voice, read.speakers)
            if again or introduced or recital.recites(sentence, voice | instruction):
                yield Defect(DefectKind.RECITAL, sentence)


def _repetition(read: _Read) -> Iterator[Defect]:
    sentences = read.sentences
    again = recital.said_again(sentences)
    yield from (Defect(DefectKind.REPETITION, one) for one, is_again in zip(sentences, again, strict=True) if is_again)
    loop = detect_loop(read.text)
    if loop is not None and not any(again):
        yield Defect(DefectKind.REPETITION, split_sentences(read.text[loop.start :])[0].text)
    if read.said_before:
        echoes = recital.said_again(sentences, read.said_before)
        yield from (Defect(DefectKind.ECHO, one) for one, is_echo in zip(sentences, echoes, strict=True) if is_echo)


def _alike_beginnings(read: _Read) -> Iterator[Defect]:
    begins = [tuple(ngrams(" ".join(one.split()[:6]), _ALIKE_WORDS)[:1]) for one in read.sentences]
    counted = Counter(begin for begin in begins if begin)
    alike = [one for one, begin in zip(read.sentences, begins, strict=True) if counted[begin] >= _ALIKE_SENTENCES]
    yield from (Defect(DefectKind.ALIKE_BEGINNINGS, sentence) for sentence in alike[_ALIKE_SENTENCES - 1 :])


def _babble(read: _Read) -> Iterator[Defect]:
    """Everything in paragraphs after the close."""
    ends = [n for n, one in enumerate(read.paragraphs) if n and any(CLOSE.match(s) or FAREWELL.match(s) for s in one)]
    behind = read.paragraphs[ends[0] + 1 :] if ends else ()
    if behind and sum(word_count(sentence) for paragraph in behind for sentence in paragraph) >= _BABBLE_WORDS:
        yield Defect(DefectKind.BABBLE, behind[0][0])


def _other_passage(read: _Read) -> Iterator[Defect]:
    if not read.passages:
        return
    known = (read.question, read.voice, *read.speakers)
    for sentence in read.sentences:
        cited = [int(n) - 1 for n in _FACT.findall(sentence)]
        texts = [read.passages[n] for n in cited if 0 <= n < len(read.passages)]
        bare = CITATION.sub("", sentence)
        if texts and set(unsupported_entities(bare, [*texts, *known])) - set(
            unsupported_entities(bare, [*read.passages, *known])
        ):
            yield Defect(DefectKind.OTHER_PASSAGE, sentence)


def _denials(read: _Read) -> Iterator[Defect]:
    passages = [read_passage(text) for text in read.passages]
    for sentence in read.sentences:
        if denied_by(CITATION.sub("", sentence), passages):
            yield Defect(DefectKind.DENIAL, sentence)


def _idle(read: _Read) -> Iterator[Defect]:
    passages = [read_passage(text).content for text in read.passages]
    known = [read.question, read.position, *read.passages]
    for sentence in read.sentences[1:]:  # the first takes a side, however it hedges
        advice = advises(sentence, read.question) and not any(_mostly(content_words(sentence), one) for one in passages)
        if advice or says_itself(sentence) or (read.passages and names_nothing(sentence, known)):
            yield Defect(DefectKind.IDLE, sentence)


def _mostly(words: frozenset[str], others: frozenset[str]) -> bool:
    return len(words & others) > len(words) / 2


def _contradiction(read: _Read) -> Iterator[Defect]:
    if read.question:
        both = [one for one in read.sentences if contradiction.takes_both(one, read.question)]
        yield from (Defect(DefectKind.CONTRADICTION, sentence) for sentence in both)
    if sentence := contradiction.turns_round(read.paragraphs, read.question):
        yield Defect(DefectKind.CONTRADICTION, sentence)


_RULES: tuple[Callable[[_Read], Iterator[Defect]], ...] = (
    _phrases,
    _another_speaker,
    _left_open,
    _headings_and_lists,
    _garble,
    _recitals,
    _repetition,
    _alike_beginnings,
    _babble,
    _other_passage,
    _denials,
    _idle,
    _contradiction,
)
