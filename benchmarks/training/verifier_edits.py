"""Change a parsed sentence: what makes it false, by kind, and what leaves it true.

Works on spaCy's parse (tags, dependencies, names), with lemminflect's word forms. A rule that does not fit gives
nothing; what a rule gives is not always good English, so training shows it as the truth of a changed passage too.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lemminflect import getInflection

from benchmarks.training import verifier_words as words

NAMES = ("PERSON", "GPE", "ORG", "NORP", "LOC")
_FINITE = ("VBD", "VBZ", "VBP")
_BLOCKS = re.compile(r"\b(?:not|no|never|n't|nor|neither|none|without|few|only|if|unless|whether|any)\b|n['’]t\b", re.I)
_OPPOSITES = {part: words.pairs(text) for part, text in words.OPPOSITES.items()}
_STRONG, _WEAK = words.one_way(words.STRONG), words.one_way(words.WEAK)
_SAME = words.one_way(words.SAME, ",")
_NUMBERS, _ORDINALS = words.NUMBERS.split(), words.ORDINALS.split()
_MONTHS, _DAYS = words.MONTHS.split(), words.DAYS.split()
_DIGITS = dict(zip(_NUMBERS, words.DIGITS.split(), strict=True))
_HEDGED = {
    "will": ("VBD", ""),
    "would": ("VBD", ""),
    "should": ("VBN", "has "),
    "must": ("VBN", "has "),
    "may": ("VBD", ""),
}


@dataclass(frozen=True)
class Edit:
    """A changed sentence and the kind of its change."""

    kind: str
    text: str


Names = Mapping[str, Sequence[str]]  # by label
Rule = Callable[[Any, Names, Sequence[Any], random.Random], Iterator[str]]


def false_edits(sentence: Any, names: Names, passage_names: Sequence[Any], draw: random.Random) -> list[Edit]:
    """Return at most one change of each kind.

    Args:
        sentence: a parsed sentence (a `Span`).
        names: names of the corpus by label.
        passage_names: the named entities of the sentence's passage.
        draw: the source of chance.
    """
    found = []
    for kind, rule in RULES.items():
        made = [one for one in rule(sentence, names, passage_names, draw) if one != sentence.text]
        if made:
            found.append(Edit(kind, draw.choice(made)))
    return found


def true_edits(sentence: Any, draw: random.Random) -> list[str]:
    """Return rephrasings that the sentence implies, each by one rule."""
    made = [one for rule in TRUE_RULES for one in rule(sentence, draw)]
    return [one for one in dict.fromkeys(made) if one != sentence.text and len(one.split()) > 3]


def _rewritten(sentence: Any, changes: Mapping[int, str]) -> str:
    """Put new words in the place of tokens, by their index in the document; "" drops a token."""
    pieces = []
    for token in sentence:
        text = changes.get(token.i, token.text)
        pieces.append(text + token.whitespace_ if text else "")
    return _tidy("".join(pieces))


def _tidy(text: str) -> str:
    text = re.sub(r"\s+([,.;])", r"\1", re.sub(r"\s+", " ", text)).strip(" ,")
    text = re.sub(r",\s*,", ",", text)
    return text[:1].upper() + text[1:]


def _form(lemma: str, tag: str) -> str:
    found = getInflection(lemma, tag)
    return str(found[0]) if found else lemma


def _auxiliary(verb: Any) -> Any:
    found = [one for one in verb.children if one.dep_ in ("aux", "auxpass") and one.tag_ in ("MD", *_FINITE)]
    return found[0] if found else None


def _denied(verb: Any) -> bool:
    return any(one.dep_ == "neg" for one in verb.children)


def _negate(sentence: Any, _: Names, __: Sequence[Any], draw: random.Random) -> Iterator[str]:
    verb = sentence.root
    if _denied(verb):
        return
    helper = _auxiliary(verb)
    if helper is not None:
        yield _rewritten(sentence, {helper.i: f"{helper.text} {draw.choice(('not', 'not', 'never', 'no longer'))}"})
    elif verb.tag_ in _FINITE and verb.lemma_ == "be":
        yield _rewritten(sentence, {verb.i: f"{verb.text} {draw.choice(('not', 'not', 'never', 'no longer'))}"})
    elif verb.tag_ in _FINITE:
        do, fail, refuse = (_form(one, verb.tag_) for one in ("do", "fail", "refuse"))
        way = draw.choice((f"{do} not", f"{do} not", f"{fail} to", f"{refuse} to"))
        yield _rewritten(sentence, {verb.i: f"{way} {verb.lemma_}"})
        yield _rewritten(sentence, {verb.i: f"{draw.choice(('never', 'no longer'))} {verb.text}"})


def _affirm(sentence: Any, _: Names, __: Sequence[Any], draw: random.Random) -> Iterator[str]:
    for token in sentence:
        if token.dep_ == "neg" and token.lower_ in ("not", "n't", "n’t", "never"):
            helper = _auxiliary(token.head)
            if helper is not None and helper.lemma_ == "do" and token.head.tag_ == "VB":
                yield _rewritten(
                    sentence, {helper.i: "", token.i: "", token.head.i: _form(token.head.lemma_, helper.tag_)}
                )
            elif helper is not None and helper.lower_ in ("ca", "wo", "sha"):
                yield _rewritten(
                    sentence, {helper.i: {"ca": "can ", "wo": "will ", "sha": "shall "}[helper.lower_], token.i: ""}
                )
            text = token.text if token.lower_ == "never" else ""
            if not text and token.i > sentence.start and not sentence.doc[token.i - 1].whitespace_:
                continue  # don't, cannot
            yield _rewritten(sentence, {token.i: ""})
        elif token.lower_ == "no" and token.dep_ == "det":
            yield _rewritten(sentence, {token.i: draw.choice(("some", "a certain", "much"))})
        elif token.lower_ == "without":
            yield _rewritten(sentence, {token.i: "with"})
        elif token.lemma_ in ("fail", "refuse") and token.tag_ in _FINITE:
            done = [one for one in token.children if one.dep_ == "xcomp" and one.tag_ == "VB"]
            to = [one for verb in done for one in verb.children if one.lower_ == "to"]
            if to and to[0].i == token.i + 1:
                yield _rewritten(sentence, {token.i: "", to[0].i: "", done[0].i: _form(done[0].lemma_, token.tag_)})


def _opposite(sentence: Any, _: Names, __: Sequence[Any], ___: random.Random) -> Iterator[str]:
    for token in sentence:
        for other in _OPPOSITES.get(token.pos_, {}).get(token.lemma_.lower(), []):
            yield _rewritten(sentence, {token.i: _like(token.text, _form(other, token.tag_))})


def _like(before: str, after: str) -> str:
    return after.capitalize() if before[:1].isupper() else after


def _entity(sentence: Any, names: Names, passage_names: Sequence[Any], draw: random.Random) -> Iterator[str]:
    here = " ".join(one.text.lower() for one in passage_names)
    for name in sentence.ents:
        pool = names.get(name.label_, ()) if name.label_ in NAMES else ()
        others = [one for one in draw.sample(pool, min(8, len(pool))) if one.lower() not in here]
        if others:
            yield _renamed(sentence, name, others[0])


def _entity_inside(sentence: Any, _: Names, passage_names: Sequence[Any], draw: random.Random) -> Iterator[str]:
    here = sentence.text.lower()
    for name in sentence.ents:
        others = [bare(one) for one in passage_names if one.label_ == name.label_ and name.label_ in NAMES]
        others = [one for one in others if one.lower() not in here and len(one) > 3]
        if others:
            yield _renamed(sentence, name, draw.choice(others))


def _renamed(sentence: Any, name: Any, other: str) -> str:
    tokens = [one for one in name if one.lower_ != "the" and one.text not in ("'s", "’s")]
    return (
        _rewritten(sentence, {one.i: other if n == 0 else "" for n, one in enumerate(tokens)})
        if tokens
        else sentence.text
    )


def bare(name: Any) -> str:
    """Return a name without article and possessive."""
    return re.sub(r"^[Tt]he\s+|['’]s?$", "", name.text.strip())


def _number(sentence: Any, _: Names, __: Sequence[Any], draw: random.Random) -> Iterator[str]:
    for token in sentence:
        if token.ent_type_ in ("DATE", "TIME") and re.fullmatch(r"[12]\d{3}", token.text):
            continue
        if re.fullmatch(r"\d[\d,.]*", token.text):
            yield _rewritten(sentence, {token.i: _other_figure(token.text, draw)})
        elif token.lower_ in _NUMBERS:
            yield _rewritten(
                sentence, {token.i: _like(token.text, draw.choice([n for n in _NUMBERS if n != token.lower_]))}
            )
        elif token.lower_ in ("million", "billion", "thousand", "hundreds", "thousands", "millions"):
            other = [n for n in ("million", "billion", "thousand") if not token.lower_.startswith(n)]
            yield _rewritten(sentence, {token.i: draw.choice(other) + "s" * token.lower_.endswith("s")})


def _other_figure(text: str, draw: random.Random) -> str:
    places = [n for n, sign in enumerate(text) if sign.isdigit()]
    while True:
        place = draw.choice(places)
        made = text[:place] + draw.choice("123456789") + text[place + 1 :]
        if draw.random() < 0.2 and text.isdigit():
            made = draw.choice((f"{text}0", text[:-1] or "7"))
        if made != text:
            return made


def _date(sentence: Any, _: Names, __: Sequence[Any], draw: random.Random) -> Iterator[str]:
    for token in sentence:
        if re.fullmatch(r"1[5-9]\d\d|20\d\d", token.text):
            yield _rewritten(
                sentence, {token.i: str(int(token.text) + draw.choice((-20, -10, -7, -3, -2, -1, 1, 2, 3, 5, 10)))}
            )
        for kind in (_MONTHS, _DAYS):
            if token.text in kind and token.pos_ == "PROPN":
                yield _rewritten(sentence, {token.i: draw.choice([one for one in kind if one != token.text])})
        if token.lower_ in ("last", "next", "this") and token.ent_type_ == "DATE":
            yield _rewritten(sentence, {token.i: "next" if token.lower_ == "last" else "last"})
        if token.lower_ in _ORDINALS and token.ent_type_:
            yield _rewritten(
                sentence, {token.i: _like(token.text, draw.choice([o for o in _ORDINALS if o != token.lower_]))}
            )


def _roles(sentence: Any, _: Names, __: Sequence[Any], ___: random.Random) -> Iterator[str]:
    for verb in sentence:
        if verb.pos_ != "VERB" or verb.lemma_ in ("have", "be", "include", "become"):
            continue
        subject = next((one for one in verb.children if one.dep_ in ("nsubj", "nsubjpass")), None)
        target = next((one for one in verb.children if one.dep_ == "dobj"), None)
        agent = next((one for one in verb.children if one.dep_ == "agent"), None)
        if agent is not None:
            target = next((one for one in agent.children if one.dep_ == "pobj"), None)
        if subject is not None and target is not None and _is_name_like(subject) and _is_name_like(target):
            yield _swapped(sentence, _span(subject), _span(target))
    names = [one for one in sentence.ents if one.label_ in NAMES]
    for n, first in enumerate(names):
        for second in names[n + 1 :]:
            related = (
                first.root in second.root.conjuncts or first.root.head == second.root or second.root.head == first.root
            )
            if first.label_ == second.label_ and not related and bare(first) != bare(second):
                yield _swapped(sentence, first, second)


def _is_name_like(token: Any) -> bool:
    return (
        token.pos_ in ("NOUN", "PROPN")
        and len(list(token.subtree)) <= 7
        and not any(t.pos_ == "PRON" for t in token.subtree)
    )


def _span(token: Any) -> Any:
    inside = list(token.subtree)
    return token.doc[inside[0].i : inside[-1].i + 1]


def _swapped(sentence: Any, first: Any, second: Any) -> str:
    if first.start > second.start:
        first, second = second, first
    if first.end > second.start:
        return str(sentence.text)
    start = sentence.start_char
    parts = (
        sentence.text,
        first.start_char - start,
        first.end_char - start,
        second.start_char - start,
        second.end_char - start,
    )
    text, a, b, c, d = parts
    one = first.text if first[0].ent_type_ or first.start != sentence.start else first.text[:1].lower() + first.text[1:]
    return _tidy(text[:a] + second.text + text[b:c] + one + text[d:])


def _generalise(sentence: Any, _: Names, __: Sequence[Any], ___: random.Random) -> Iterator[str]:
    for token in sentence:
        for other in _STRONG.get(token.lower_, []):
            if token.pos_ in ("DET", "ADJ", "ADV", "AUX"):
                yield _rewritten(sentence, {token.i: _like(token.text, other)})


def _modal(sentence: Any, _: Names, __: Sequence[Any], ___: random.Random) -> Iterator[str]:
    verb = sentence.root
    helper = _auxiliary(verb)
    plain = helper is not None and helper.lower_ in _HEDGED and helper.i == verb.i - 1 and verb.tag_ == "VB"
    if plain and not _denied(verb):
        tag, before = _HEDGED[helper.lower_]
        subject = next((one for one in verb.children if one.dep_ == "nsubj"), None)
        many = subject is not None and (subject.tag_ in ("NNS", "NNPS") or subject.lower_ in ("we", "they", "you", "i"))
        before = before.replace("has", "have") if many else before
        done = ("were" if many else "was") if verb.lemma_ == "be" and tag == "VBD" else _form(verb.lemma_, tag)
        yield _rewritten(sentence, {helper.i: "", verb.i: f"{before}{done}"})


RULES: dict[str, Rule] = {
    "negation planted": _negate,
    "negation removed": _affirm,
    "opposite word": _opposite,
    "other name": _entity,
    "name of the passage": _entity_inside,
    "number": _number,
    "date": _date,
    "roles": _roles,
    "generalised": _generalise,
    "plan as fact": _modal,
}


def _without(sentence: Any, draw: random.Random) -> Iterator[str]:
    """Drop a modifier; where nothing is denied or counted, less is implied by more."""
    if _BLOCKS.search(sentence.text):
        return
    found = []
    for token in sentence:
        inside = {one.lower_ for one in token.subtree}
        if inside & words.UNDROPPABLE or any(one.tag_ == "MD" for one in token.subtree):
            continue
        comma = token.left_edge.i > sentence.start and sentence.doc[token.left_edge.i - 1].text == ","
        final_prep = token.dep_ == "prep" and token.head == sentence.root and token.right_edge.i >= sentence.end - 2
        light = token.dep_ in ("advmod", "amod") and not list(token.children) and token.tag_ in ("RB", "JJ")
        if final_prep or (light and not token.ent_type_) or (token.dep_ in ("appos", "relcl") and comma):
            found.append(token)
    for token in draw.sample(found, min(2, len(found))):
        changes = {one.i: "" for one in token.subtree}
        yield _rewritten(sentence, changes)


def _moved(sentence: Any, _: random.Random) -> Iterator[str]:
    """Bring the last prepositional phrase to the front, or the first to the end."""
    for token in sentence.root.children:
        clause = token.dep_ == "advcl" and token.left_edge.i == sentence.start
        if not (clause or token.dep_ == "prep") or len(list(token.subtree)) < 2:
            continue
        left, right = token.left_edge.i, token.right_edge.i
        phrase = sentence.doc[left : right + 1].text.strip(" ,")
        rest = _rewritten(sentence, dict.fromkeys(range(left, right + 1), "")).rstrip(" .").lstrip(" ,")
        if left == sentence.start:
            yield _tidy(f"{rest.lstrip(', ')} {_lower(sentence[0], phrase)}.")
        elif right >= sentence.end - 2:
            yield _tidy(f"{phrase[:1].upper()}{phrase[1:]}, {_lower(sentence[0], rest)}.")


def _lower(first: Any, text: str) -> str:
    keep = first.pos_ == "PROPN" or first.text == "I" or (first.ent_type_ and first.lower_ != "the")
    return text if keep else text[:1].lower() + text[1:]


def _voice(sentence: Any, _: random.Random) -> Iterator[str]:
    """X did Y -> Y was done by X."""
    verb = sentence.root
    subject = next((one for one in verb.children if one.dep_ == "nsubj"), None)
    target = next((one for one in verb.children if one.dep_ == "dobj"), None)
    fits = subject is not None and target is not None and verb.tag_ in _FINITE and _auxiliary(verb) is None
    if not fits or verb.lemma_ in ("have", "be") or _denied(verb) or subject.pos_ == "PRON" or target.pos_ == "PRON":
        return
    if subject.right_edge.i != verb.i - 1 or target.left_edge.i != verb.i + 1:
        return
    many = target.tag_ in ("NNS", "NNPS") or bool(list(target.conjuncts))
    be = ("were" if many else "was") if verb.tag_ == "VBD" else ("are" if many else "is")
    before = sentence.doc[sentence.start : subject.left_edge.i].text
    after = sentence.doc[target.right_edge.i + 1 : sentence.end].text
    who = _lower(subject.left_edge, _span(subject).text)
    yield _tidy(f"{before} {_span(target).text} {be} {_form(verb.lemma_, 'VBN')} by {who} {after}")


def _synonyms(sentence: Any, draw: random.Random) -> Iterator[str]:
    text, changed = sentence.text, 0
    for word, others in draw.sample(sorted(_SAME.items()), len(_SAME)):
        if changed < 3 and re.search(rf"\b{re.escape(word)}\b", text):
            text, changed = re.sub(rf"\b{re.escape(word)}\b", draw.choice(others), text, count=1), changed + 1
    for word, figure in _DIGITS.items():
        text = re.sub(rf"\b{word}\b(?= [a-z])", figure, text) if draw.random() < 0.5 else text
        text = re.sub(rf"(?<![\d.,-]){figure}(?= [a-z])", word, text) if draw.random() < 0.5 else text
    text = re.sub(r"\b(did|does|do|is|are|was|were|has|have|should|would) not\b", r"\1n't", text)
    if text != sentence.text:
        yield text


def _framed(sentence: Any, draw: random.Random) -> Iterator[str]:
    yield draw.choice(words.FRAMES).format(_lower(sentence[0], sentence.text))


def _third(sentence: Any, _: random.Random) -> Iterator[str]:
    changes = {one.i: _like(one.text, words.THIRD[one.lower_]) for one in sentence if one.lower_ in words.THIRD}
    if changes:
        yield _rewritten(sentence, changes)


def _weakened(sentence: Any, draw: random.Random) -> Iterator[str]:
    if _BLOCKS.search(sentence.text):
        return
    for token in sentence:
        if token.lower_ in _WEAK and (token.dep_ in ("det", "advmod", "aux")) and token.head.dep_ != "pobj":
            yield _rewritten(sentence, {token.i: _like(token.text, draw.choice(_WEAK[token.lower_]))})


def _clause(sentence: Any, _: random.Random) -> Iterator[str]:
    """One of two clauses that "and" or "but" joins."""
    verb = sentence.root
    for other in verb.children:
        joined = other.dep_ == "conj" and any(one.dep_ in ("nsubj", "nsubjpass") for one in other.children)
        if joined and not re.search(r"\b(?:if|unless|or|either|neither)\b", sentence.text, re.I):
            inside = {one.i for one in other.subtree}
            joint = {one.i for one in verb.children if one.dep_ == "cc"}
            yield _tidy(_rewritten(sentence, dict.fromkeys(inside | joint, "")).rstrip(" .,") + ".")
            yield _tidy(" ".join(sentence.doc[i].text for i in sorted(inside)).rstrip(" .,") + ".")


TRUE_RULES = (_without, _moved, _voice, _synonyms, _framed, _third, _weakened, _clause)
