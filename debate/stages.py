"""The stages of a question: one enum for graph, progress, traces and replay.

A stage's value is for people, its node name for the graph. Nodes are verbs and state keys nouns, since LangGraph
refuses a node named like a key of its state. The members are in the order of the work.
"""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """One stage of a question on its way."""

    node: str

    def __new__(cls, label: str, node: str) -> Stage:
        """Make a member of its label and its node."""
        stage = str.__new__(cls, label)
        stage._value_ = label
        stage.node = node
        return stage

    RETRIEVE = "retrieve", "retrieve"
    OPINION = "opinion", "write_opinion"
    POSITIONS = "positions", "take_positions"
    ROUND = "round", "open_round"
    DEBATE = "debate", "speak"
    POLL = "poll", "poll"
    VERDICT = "verdict", "give_verdict"
    BASELINE = "baseline", "answer_alone"
    TRANSLATE = "translate", "translate"

    @property
    def order(self) -> int:
        """Its place among the stages, from 0."""
        return list(Stage).index(self)

    @classmethod
    def of_node(cls, node: str) -> Stage | None:
        """Return the stage that a node works on; None for a node of somebody else."""
        return next((stage for stage in cls if stage.node == node), None)
