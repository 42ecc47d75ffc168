"""The single-agent baseline of a debate: the same question and passages, for about the same tokens.

A debate costs several times as much as one answer, so comparing it with one answer is unfair (arXiv:2604.02460,
2605.00914). The agent reads all passages and positions of the debate and spends the budget twice: on a majority vote
over many answers, and on correcting one answer repeatedly. Each prompt is sent once, without retries.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.runnables import RunnableConfig

from chains.context import FittedPrompt, fit_chunks, word_for_word
from chains.debating.record import DebateRecord
from chains.debating.steps import DebateSteps, as_step
from chains.generation.backends import backend_for
from chains.generation.completion import as_completion, fits_window
from chains.generation.contract import AttemptRequest, Sampling, WordLimits
from chains.generation.metering import tokens_of
from chains.schemas import Attempt, Baseline, Completion, Tokens
from chains.schemas.baseline import Method
from chains.text.support.grounding import ground
from debate.arena.judging import ballot
from prompts import RenderedPrompt, load_prompt
from vectorstore.text.sentences import word_count

_LIMITS = WordLimits(40, 120)  # of an answer, as of a turn
_MOST = 64  # answers, and corrections
_WARM = 0.7  # temperature of the answers that are counted: identical ones say nothing
_NOBODY = re.compile(r"\W*(?:nobody|none|no one)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Answer:
    text: str
    winner: str
    tokens: Tokens


def answer_alone(
    steps: DebateSteps, record: DebateRecord, budget: Tokens, config: RunnableConfig | None = None
) -> tuple[Baseline, ...]:
    """Answer a debate's question without it, by a vote and by correction.

    Args:
        budget: what the debate cost, positions, votes and verdict included.

    Raises:
        GenerationError: question and positions do not fit the model's window.
    """

    def answer(config: RunnableConfig) -> tuple[Baseline, ...]:
        agent = _Agent(steps, record, config)
        first = agent.ask([""], 0.0)[0]
        return agent.by_vote(budget), agent.by_correction(first, budget)

    return as_step("single agent", answer, record, config)


class _Agent:
    """The single agent on one question."""

    def __init__(self, steps: DebateSteps, record: DebateRecord, config: RunnableConfig) -> None:
        self._steps = steps
        self._record = record
        self._config = config
        self._asked = 0
        read = dict.fromkeys(hit.chunk_id for one in record.readings.values() for hit in one.hits)
        self._chunks = [record.table[one] for one in read if one in record.table]
        self._shown = self._prompt("").chunks

    def ask(self, own: Sequence[str], temperature: float) -> list[_Answer]:
        """Ask once for each answer so far, all together; "" asks for a first one."""
        prompts = [self._prompt(one).prompt for one in own]
        seed = self._steps.seed + self._asked
        self._asked += len(own)
        requests = [
            AttemptRequest(prompt, Sampling(temperature=temperature), _LIMITS.maximum, seed + n)
            for n, prompt in enumerate(prompts)
        ]
        raw = backend_for(self._steps.speakers.llm).attempt(requests, self._config)
        answers = []
        for prompt, one in zip(prompts, raw, strict=True):
            kept = as_completion(one.text, prompt, _LIMITS)
            attempt = Attempt(words=word_count(one.text), tokens_in=one.tokens_in, tokens_out=one.tokens_out)
            cost = tokens_of(prompt.text, Completion(kept.text, attempts=(attempt,)))
            answers.append(_Answer(kept.text, self._winner(kept.text), cost))
        return answers

    def by_vote(self, budget: Tokens) -> Baseline:
        """Answer as often as the budget pays for; the position named most often wins, a tie is none."""
        answers = self.ask([""], _WARM)
        paid = min(_MOST, round(budget.total / max(1, answers[0].tokens.total)))
        answers += self.ask([""] * (paid - 1), _WARM) if paid > 1 else []
        votes = Counter(one.winner for one in answers if one.winner).most_common(2)
        won = votes[0][0] if votes and (len(votes) == 1 or votes[0][1] > votes[1][1]) else ""
        told = next((one.text for one in answers if one.winner == won), answers[0].text)
        share = round(votes[0][1] / len(answers), 3) if won else None
        return self._baseline("vote", told, won, share, answers)

    def by_correction(self, first: _Answer, budget: Tokens) -> Baseline:
        """Correct an answer until the budget is spent; the last one counts."""
        answers = [first]
        spent = first.tokens.total
        while len(answers) < _MOST and spent + answers[-1].tokens.total <= budget.total:
            answers += self.ask([answers[-1].text], 0.0)
            spent += answers[-1].tokens.total
        return self._baseline("correction", answers[-1].text, answers[-1].winner, None, answers)

    def _baseline(
        self, method: Method, text: str, winner: str, share: float | None, answers: Sequence[_Answer]
    ) -> Baseline:
        likeness = self._steps.likeness
        reasons = _without_name(text, list(self._record.names().values()))
        found = ground(reasons, self._shown, likeness.embed if likeness else None, question=self._record.question)
        shown = tuple(chunk.id for chunk in self._shown)
        return Baseline(
            method,
            text,
            winner,
            share,
            len(answers),
            sum((one.tokens for one in answers), Tokens()),
            shown,
            tuple(chunk.id for chunk in self._chunks if chunk.id not in shown),
            round(found.supported, 2) if found.sentences else None,
        )

    def _winner(self, text: str) -> str:
        """The position that an answer names first, unless it begins with nobody."""
        if _NOBODY.match(text):
            return ""
        return next(iter(ballot("", text, self._record, "ranked").choices), "")

    def _prompt(self, own: str) -> FittedPrompt:
        def render(passages: Sequence[str]) -> RenderedPrompt:
            return load_prompt("alone").render(
                question=self._record.question,
                passages=passages,
                options=[one for one in self._record.positions if one.text],
                own=own,
                min_words=_LIMITS.minimum,
                max_words=_LIMITS.maximum - 20,
            )

        def fits(prompt: RenderedPrompt) -> bool:
            return fits_window(self._steps.speakers.llm, prompt, _LIMITS)

        return fit_chunks(render, self._chunks, fits, word_for_word, least=0)


def _without_name(text: str, names: Sequence[str]) -> str:
    """The reasons of an answer: the name that it begins with rests on no passage."""
    begun = max((name for name in names if text.startswith(name)), key=len, default="")
    return text[len(begun) :].lstrip(" .:,;-")
