"""The rules of an attempt as logits processors, row by row.

Each row of a batch has its own rules and random state. A row that must end is forced to an end-of-text token; no row is
kept from ending. Words are counted in tokens: a token that begins a word counts as one, and in scripts without spaces
each character does.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from transformers import LogitsProcessor

from chains.generation.contract import Sampling
from chains.generation.local.vocabulary import Vocabulary
from chains.schemas import Finish
from chains.text.repetition import loop_in_tokens

TOP_K, TOP_P = 50, 0.95  # where a step of the ladder samples at all
_LOOP_CHECK_EVERY = 16  # tokens; a check costs about as much as a hundredth of a decoding step
_TO_FINISH = 10  # words beyond the maximum in which a sentence may end


@dataclass(frozen=True)
class RowRules:
    """One row's rules: how it is sampled, how long it may get, what it may not repeat, and its own seed.

    Attributes:
        do_not_repeat: tokens of a text that somebody else said.
        seed: rows with equal seeds and scores choose the same tokens, whatever else is in their batch.
    """

    sampling: Sampling
    max_words: int
    do_not_repeat: Sequence[int] = ()
    seed: str = ""


class AnswerRules(LogitsProcessor):  # type: ignore[misc]
    """Length, loops and repetition, row by row, as rules on the next token's scores.

    Called once a step with the whole sequences. Only the newest tokens leave the GPU, in one copy a step; the
    rules that need words or n-grams work on lists.

    Attributes:
        finishes: why rows were made to end, by their place in the batch.
    """

    def __init__(self, vocabulary: Vocabulary, prompt_length: int, rows: Sequence[RowRules]) -> None:
        self.finishes: dict[int, Finish] = {}
        self._vocabulary = vocabulary
        self._prompt_length = prompt_length
        self._rows = [_Row(place, rules) for place, rules in enumerate(rows)]
        self._maximum = torch.tensor([rules.max_words for rules in rows])
        self._penalty = torch.tensor([[rules.sampling.repetition_penalty] for rules in rows])
        self._words = torch.zeros(len(rows), dtype=torch.long)

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        """Return the next token's scores (rows, vocabulary) with what the rules forbid at -inf."""
        vocabulary = self._vocabulary = self._vocabulary.to(scores.device, scores.shape[-1])
        answer = input_ids[:, self._prompt_length :]
        at_boundary = self._read(answer)
        ends = list(vocabulary.end_ids)
        raw_ends, raw_scores = scores[:, ends].clone(), scores
        scores = self._discourage_repetition(answer, scores.clone())
        if bool((self._words >= self._maximum).any()):
            at_boundary &= ~self._within_number(answer, raw_scores)
        too_long = self._words >= self._maximum + (~at_boundary) * _TO_FINISH
        for place in too_long.nonzero()[:, 0].tolist():
            self.finishes.setdefault(self._rows[place].place, Finish.LENGTH)
        must_end = torch.tensor([row.place in self.finishes for row in self._rows]).to(scores.device)
        scores.masked_fill_(vocabulary.special | must_end[:, None], -torch.inf)
        if answer.shape[1] == 0:  # behind words that are given, such as "I hold that", a full stop would say nothing
            scores.masked_fill_(vocabulary.begins_nothing, -torch.inf)
        scores[:, ends] = raw_ends.masked_fill(must_end[:, None], 0.0)
        return scores

    def keep(self, rows: torch.Tensor) -> None:
        """Go on with these rows only."""
        for name in ("_maximum", "_penalty", "_words"):
            setattr(self, name, getattr(self, name)[rows])
        self._rows = [self._rows[row] for row in rows.tolist()]

    def _read(self, answer: torch.Tensor) -> torch.Tensor:
        """Take in the newest tokens, count words, look for loops; return which rows are at the end of a sentence."""
        length = answer.shape[1]
        if length == 0:
            return torch.zeros(len(self._rows), dtype=torch.bool)
        last = answer[:, -1].cpu()
        for row, token in zip(self._rows, last.tolist(), strict=True):
            row.ended = row.ended or token in self._vocabulary.end_ids
            if row.ended:  # ``generate`` fills it up until the longest row has ended: no words, and no loop
                continue
            row.read(token)
            if length % _LOOP_CHECK_EVERY == 0 and loop_in_tokens(row.ids) is not None:
                self.finishes.setdefault(row.place, Finish.LOOP)
        begun = self._vocabulary.words[last]
        self._words += begun if length > 1 else begun.clamp(min=1)
        return self._vocabulary.ends_sentence[last]

    def _within_number(self, answer: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return which rows are at a point that the model would go on from with a digit: 117.5 ends no sentence."""
        known = self._vocabulary
        if answer.shape[1] < 2:
            return torch.zeros(len(self._rows), dtype=torch.bool)
        behind_digit = known.point[answer[:, -1]] & known.digit[answer[:, -2]]
        return (behind_digit & known.digit_first[scores.argmax(-1)]).cpu()

    def _discourage_repetition(self, answer: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Lower what was used, forbid n-grams; not within numbers and words, which would come out wrong."""
        if answer.shape[1] == 0:
            return scores
        known = self._vocabulary
        free = known.comes_again | (known.point & known.digit[answer[:, -1:]])
        if bool((self._penalty != 1.0).any()):
            used, penalty = scores.gather(1, answer), self._penalty.to(scores.device, scores.dtype)
            lowered = torch.where(used < 0, used * penalty, used / penalty)
            scores.scatter_(1, answer, torch.where(free.gather(1, answer), used, lowered))
        banned = [(place, token) for place, row in enumerate(self._rows) for token in row.banned()]
        if banned:  # all at once: each separate write would wait for the GPU
            rows, tokens = torch.tensor(banned).T.to(scores.device)
            held = ~free[rows, tokens]
            scores[rows, tokens] = scores[rows, tokens].masked_fill(held, -torch.inf)
            # A forbidden next word is also forbidden without its space: "rather than" recurred as "ratherthan".
            parted = torch.zeros(len(scores), device=scores.device).index_add_(
                0, rows, (held & known.begins_word[tokens]).float()
            )
            scores.masked_fill_((parted > 0)[:, None] & known.joins, -torch.inf)
        return scores


class _Row:
    """The tokens of one row so far, and which would repeat an n-gram."""

    def __init__(self, place: int, rules: RowRules) -> None:
        self.place = place
        self.ended = False
        self.ids: list[int] = []
        self._own, self._others = rules.sampling.no_repeat_ngram, rules.sampling.no_repeat_said
        self._seen: dict[tuple[int, ...], set[int]] = {}
        self._said: dict[tuple[int, ...], set[int]] = {}
        for end in range(self._others, len(rules.do_not_repeat) + 1) if self._others else ():
            first = tuple(rules.do_not_repeat[end - self._others : end - 1])
            self._said.setdefault(first, set()).add(rules.do_not_repeat[end - 1])

    def read(self, token: int) -> None:
        self.ids.append(token)
        if self._own and len(self.ids) >= self._own:
            self._seen.setdefault(tuple(self.ids[-self._own : -1]), set()).add(token)

    def banned(self) -> set[int]:
        """The tokens that would repeat an n-gram of the row, or of what somebody else said."""
        said = self._said.get(tuple(self.ids[1 - self._others :]), set()) if self._said else set()
        seen = self._seen.get(tuple(self.ids[1 - self._own :]), set()) if self._seen else set()
        return said | seen


class RowSampler(LogitsProcessor):  # type: ignore[misc]
    """Draws each row's next token with the row's own random state; the chosen token has the best score.

    Temperature, the 50 best tokens, and of these the likeliest up to 95% (Holtzman et al. 2020), as ``generate``
    samples, but each row has its own generator. So a row depends neither on the other rows of its batch nor on the
    random state of the process, which does not change.
    """

    def __init__(self, rows: Sequence[RowRules]) -> None:
        self._temperature = torch.tensor([[rules.sampling.temperature] for rules in rows])
        self._chances = [random.Random(rules.seed) for rules in rows]  # noqa: S311 - no secret

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:  # noqa: ARG002
        """Return scores (rows, vocabulary) in which only the chosen token is not -inf."""
        if not bool(self._temperature.any()):
            return scores
        greedy = (self._temperature == 0).to(scores.device)
        best, tokens = scores.topk(min(TOP_K, scores.shape[-1]))
        chances = (best / self._temperature.to(scores.device).masked_fill(greedy, 1.0)).softmax(-1)
        likelier = chances.cumsum(-1) - chances
        sums = chances.masked_fill(likelier >= TOP_P, 0.0).cumsum(-1)
        drawn = torch.tensor([[chance.random()] for chance in self._chances]).to(sums) * sums[:, -1:]
        place = (sums < drawn).sum(-1, keepdim=True).masked_fill(greedy, 0)
        return torch.full_like(scores, -torch.inf).scatter_(1, tokens.gather(1, place), 0.0)

    def keep(self, rows: torch.Tensor) -> None:
        """Go on with these rows only."""
        self._temperature = self._temperature[rows]
        self._chances = [self._chances[row] for row in rows.tolist()]
