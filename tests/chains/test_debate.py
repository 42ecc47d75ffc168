import pytest
from fakes import ScriptedLLM
from langchain_core.runnables import RunnableLambda

from chains.debate import DebateRequest, DebateSteps, debate_chain
from chains.debating import turns as turns_module
from chains.debating import verdict as verdict_module
from chains.debating.record import DebateRecord
from chains.debating.turns import in_own_name
from chains.errors import ChainError, GenerationError
from chains.schemas import Chunk, Completion, Reading, Turn, chunk_table
from prompts import Persona

HAWK, DOVE = Persona("hawk", "Hawk", "a hawk."), Persona("dove", "Dove", "a dove.")


def debate(rounds: int = 2, opinion: str = "", personas=(HAWK, DOVE)):
    llm = ScriptedLLM(script={"You are a hawk.": "Strength.", "You are a dove.": "Peace.", "moderator": "A draw."})
    retrievers = {p.id: RunnableLambda(lambda _, p=p: (Chunk(p.id, f"raw text for {p.id}"),)) for p in personas}
    chain = debate_chain(llm, personas, retrievers, rounds=rounds)
    return chain.invoke(DebateRequest("War or peace?", opinion)), llm


def steps(llm) -> DebateSteps:
    return DebateSteps(llm, (HAWK, DOVE))


def record(question: str, turns: tuple[Turn, ...] = (), **read: tuple[Chunk, ...]) -> DebateRecord:
    readings = {persona_id: Reading.of(persona_id, chunks) for persona_id, chunks in read.items()}
    return DebateRecord(question, "", chunk_table(*read.values()), readings, turns)


def test_every_persona_speaks_in_every_round_and_a_verdict_follows() -> None:
    held, _ = debate()
    assert [(turn.round, turn.speaker) for turn in held.turns] == [(1, "Hawk"), (1, "Dove"), (2, "Hawk"), (2, "Dove")]
    assert held.verdict.text == "A draw."


def test_each_debater_reads_the_raw_text_of_its_own_retrieval() -> None:
    _, llm = debate()
    assert "raw text for hawk" in llm.prompts[0]
    assert "raw text for dove" not in llm.prompts[0]


def test_a_turn_tells_which_of_its_numbers_and_names_stand_in_no_passage_that_was_read() -> None:
    said = "In 2014, Putin and Modi met Hawk; 7 of 90 signed."
    llm = ScriptedLLM(script={"You are a dove.": said})
    before = Turn(1, "hawk", "Hawk", "There were 90 of them.", 5, chunk_ids=("h",))
    chunks = (Chunk("d", "Modi signed in 2014."), Chunk("h", "All 7 signed."))

    turn = steps(llm).speak(record("Why?", (before,), dove=chunks[:1], hawk=chunks[1:]))

    assert turn.unsupported == ("Putin", "90")  # another debater's word is no passage, but what he read is
    assert "in no passage: Putin, 90" in turn.notes


def test_the_verdict_is_held_against_all_that_was_read() -> None:
    turns = (Turn(1, "hawk", "Hawk", "War.", 1, chunk_ids=("h",)), Turn(1, "dove", "Dove", "Peace.", 1))
    llm = ScriptedLLM(script={"moderator": "Hawk cites 1914, Dove 1945."})

    verdict = steps(llm).give_verdict(record("Why?", turns, hawk=(Chunk("h", "In 1914."),)))

    assert verdict.unsupported == ("1945",)


def test_the_first_turn_has_no_slot_for_turns_that_do_not_exist() -> None:
    _, llm = debate()
    assert "SAID SO FAR" not in llm.prompts[0]
    assert "### SAID SO FAR:\nHawk: Strength." in llm.prompts[1]


def test_the_opinion_is_shown_only_where_there_is_one() -> None:
    assert "OPINION UNDER DEBATE" not in debate()[1].prompts[0]
    assert "### OPINION UNDER DEBATE:\nArm." in debate(opinion="Arm.")[1].prompts[0]


def test_one_persona_is_no_debate() -> None:
    with pytest.raises(ChainError, match="at least two personas, 1 given"):
        debate(personas=(HAWK,))


def test_one_round_is_no_debate() -> None:
    with pytest.raises(ChainError, match="at least two rounds, 1 given"):
        debate(rounds=1)


@pytest.mark.parametrize(
    ("written", "kept", "notes"),
    [
        ("Hawk: Arm now.", "Arm now.", ()),
        ("Dove:\n[4] Arm now [1].", "Arm now [1].", ()),
        ("[4] Arm now.", "Arm now.", ()),
        ("Arm now. Dove: no, said the hawk.", "Arm now. Dove: no, said the hawk.", ()),
        ("Arm now.\nDove: Never!\nHawk: Now!", "Arm now.", ("ended where it began to speak as Dove",)),
        ("Arm now.\n[9] Dove (4): Never!", "Arm now.", ("ended where it began to speak as Dove",)),
        ("Arm now.\nEagle: Never!", "Arm now.\nEagle: Never!", ()),
    ],
)
def test_a_turn_is_spoken_in_ones_own_name(written: str, kept: str, notes: tuple[str, ...]) -> None:
    spoken = in_own_name(Completion(written, 1, 1, "", ()), ["Hawk", "Dove"])
    assert (spoken.text, spoken.notes) == (kept, notes)


SPOKEN = tuple(Turn(1, "dove", "Dove", f"What was said as number {n}.", 6) for n in range(2))
LONG = tuple(Chunk(f"c{n}", f"Passage {n} " + "tells more and more " * 10) for n in range(4))


def window_of(words: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model's window, counted in words."""
    for module in (turns_module, verdict_module):
        monkeypatch.setattr(module, "fits_window", lambda llm, prompt, limits: len(prompt.text.split()) <= words)


def test_where_the_window_is_short_passages_go_and_are_named_but_no_turn_does(monkeypatch: pytest.MonkeyPatch) -> None:
    window_of(230, monkeypatch)
    llm = ScriptedLLM(script={"": "Strength."})
    turn = steps(llm).speak(record("War or peace?", SPOKEN, hawk=LONG))
    assert list(turn.chunk_ids) + list(turn.dropped) == ["c0", "c1", "c2", "c3"]
    assert turn.dropped
    assert all(spoken.text in llm.prompts[0] for spoken in SPOKEN)


def test_a_debate_that_leaves_no_room_for_a_passage_or_a_verdict_is_an_error_that_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window_of(30, monkeypatch)
    so_far = record("War or peace?", SPOKEN, hawk=LONG)
    with pytest.raises(GenerationError, match="does not fit the model's window even with its best passage"):
        steps(ScriptedLLM(script={})).speak(so_far)
    with pytest.raises(GenerationError, match="the debate is longer than the model's window; use fewer rounds"):
        steps(ScriptedLLM(script={})).give_verdict(so_far)
