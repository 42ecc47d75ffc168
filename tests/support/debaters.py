"""Three debaters with positions and passages of their own, and a model that speaks for each of them."""

from fakes import ScriptedLLM
from langchain_core.runnables import RunnableLambda

from chains import Chunk
from prompts import Persona

CAST = tuple(Persona(one, f"Professor {one.title()}", f"a {one}.") for one in ("hawk", "dove", "owl"))
READ = {
    "hawk": "Fleets doubled in 1936 because a treaty lapsed, and strength kept what paper had lost.",
    "dove": "Missiles were scrapped in 1987 because two powers signed a treaty, and nobody had to fire.",
    "owl": "Trade fell by half in 1930 once tariffs rose, so that neither fleets nor treaties mattered.",
}
OWN = {
    "hawk": "A signature guards a harbour worse than any gun does.",
    "dove": "Whatever was signed has outlived the guns of its day.",
    "owl": "Merchants stop a war sooner than admirals or envoys do.",
}
SAID = {one: f"{READ[one]} {OWN[one]}" for one in READ}  # a fact, and a claim in the debater's own words
POSITIONS = {
    "hawk": "Only the strength of its fleets has ever kept a country safe.",
    "dove": "A treaty between enemies ends more wars than any weapon did.",
    "owl": "Open markets decide about peace long before the diplomats meet.",
}
UNDECIDED = {
    "Decide who argued better": "nobody",
    "position do you hold": "nobody",
    "can you accept": "nobody",
    "Rank the positions": "nobody",
}
PASSAGES = {one: Chunk(f"c-{one}", text, question_score=0.5) for one, text in READ.items()}
RETRIEVERS = {one.id: RunnableLambda(lambda _, one=one: (PASSAGES[one.id],)) for one in CAST}


def debater(prompt: str) -> str:
    return next(one for one in SAID if f"You are a {one}." in prompt)


class Debaters(ScriptedLLM):
    """Takes each debater's position and makes its case; votes, judgements and verdicts are scripted."""

    def _call(self, prompt, stop=None, run_manager=None, **kwargs):
        said = POSITIONS if "Before it begins" in prompt else SAID if "in a debate, in round" in prompt else None
        if said is None:
            return super()._call(prompt, stop, run_manager, **kwargs)
        self._prompts.append(prompt)
        return "" if "Begin with:" in prompt else said[debater(prompt)]  # it has no reply, only its case


def debaters(script: dict[str, str] | None = None) -> Debaters:
    """A model that speaks for all three and decides for nobody, unless that is scripted."""
    opened = {"Open the next round": "What do the fleets of 1936 tell us about treaties?"}
    usual = {**opened, **UNDECIDED, "moderator": "It stands."}
    return Debaters(script={**(script or {}), **usual, **(script or {})})
