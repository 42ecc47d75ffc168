"""Which model speaks for which persona: one for all, or the persona's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from langchain_core.runnables import RunnableConfig

from chains.generation.backends import LanguageModel
from chains.generation.completion import complete_all
from chains.generation.contract import WordLimits
from chains.schemas import Completion
from prompts import RenderedPrompt


@dataclass(frozen=True)
class Speakers:
    """The models of a debate: ``llm`` for everybody, and by persona id those of their own."""

    llm: LanguageModel
    own: Mapping[str, LanguageModel] = field(default_factory=dict)

    def llm_of(self, persona_id: str) -> LanguageModel:
        """Return the model that speaks for a persona."""
        return self.own.get(persona_id, self.llm)

    def complete(
        self,
        persona_ids: Sequence[str],
        prompts: Sequence[RenderedPrompt],
        limits: WordLimits,
        seed: int,
        config: RunnableConfig | None,
    ) -> list[Completion]:
        """Complete one prompt for each persona, the prompts of each model in one batch; no text is the text "".

        Raises:
            WindowExceeded: as ``complete_all``.
        """
        models = [self.llm_of(one) for one in persona_ids]
        written: dict[int, Completion] = {}
        for model in {id(one): one for one in models}.values():
            mine = [n for n, one in enumerate(models) if one is model]
            asked = [prompts[n] for n in mine]
            done = complete_all(model, asked, [limits] * len(mine), seed, config, may_be_empty=True)
            written.update(zip(mine, done, strict=True))
        return [written[n] for n in range(len(prompts))]
