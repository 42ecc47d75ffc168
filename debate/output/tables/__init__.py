"""The tables of a run: results, debates turn by turn, and passages with their scores.

Readers see names of files and speakers; the last columns have the ids, for programs.
"""

from debate.output.columns import Table
from debate.output.facts import RunFacts
from debate.output.tables.baseline import baseline_table
from debate.output.tables.chunks import chunks_table
from debate.output.tables.debate import debate_table
from debate.output.tables.health import health_table
from debate.output.tables.results import Rating, results_table, unrated


def tables_of(facts: RunFacts, rating: Rating = unrated) -> tuple[Table, ...]:
    """Return the tables of a run: results, debate, health and chunks, and the baseline where one was asked for."""
    tables = results_table(facts.language, rating), debate_table(), health_table(), chunks_table(facts)
    return (*tables, baseline_table()) if facts.baseline else tables
