from chains.schemas import Turn
from debate.arena.messages import debate_messages


def test_the_debates_of_two_questions_on_one_thread_keep_their_messages_apart() -> None:
    said = {"turns": (Turn(1, "hawk", "Hawk", "It did.", 2, ()),)}
    kept = [debate_messages({"question": text} | said)[0].id for text in ("Did it grow?", "Did it shrink?")]
    assert len(set(kept)) == 2
