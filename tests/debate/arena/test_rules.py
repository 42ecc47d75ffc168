from debate.arena.rules import Rules
from debate.settings.graph import GraphSettings

CHOSEN = {
    "rounds": 3,
    "protocol": "relay",
    "decision": "approval",
    "stop": ("agreement",),
    "token_budget": 900,
    "fresh_k": 2,
}


def test_a_debate_is_held_by_every_rule_that_the_settings_name() -> None:
    assert Rules.of(GraphSettings(**CHOSEN), seat="hawk") == Rules(**CHOSEN, seat="hawk")
