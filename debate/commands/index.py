"""``debate index``: index documents for any number of runs."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from debate.indexing.settings import IndexSettings
from debate.settings.flags import Quiet, with_settings
from debate.terminal.session import one_line_errors, start_logging

EXAMPLES = """\b
Examples:
  debate index docs/ --out myindex
      read and embed every txt, md, html, pdf, docx, csv, tsv, xlsx, jsonl and eml file in docs/; run it again to update
  debate index docs/ --out myindex --embeddings intfloat/multilingual-e5-small
      documents in Japanese, Chinese or other languages
  debate run --questions my.xlsx --index myindex
      use the index
  debate index docs/ --out postgresql://me@server:5432/database/table
      share the index between machines (PostgreSQL with pgvector; password from PGPASSWORD or ~/.pgpass)
  debate index docs/ --out myindex --ray auto
      embed on the workers of a Ray cluster (docs/ray.md)

\b
After Ctrl-C the same command resumes. Exit codes:
  0 done   2 bad input   130 interrupted
"""


@with_settings(IndexSettings)
def index(
    *,
    documents: Annotated[Path, typer.Argument(help="Folder of documents, or one file.")],
    quiet: Quiet = False,
    **settings: Any,
) -> None:
    """Index a folder of documents for any number of runs.

    Run it again to update the index.
    """
    start_logging()
    kept = f"{settings['out']} keeps what was embedded"
    with one_line_errors(f"interrupted; run the same command again to resume ({kept})"):
        from rich.console import Console

        from debate.indexing.building import index_documents, near_duplicates
        from debate.indexing.embeddings import index_embeddings
        from debate.settings.checking import checked_settings
        from debate.terminal.index_view import IndexBar, IndexLines, print_summary
        from vectorstore.corpus.loader import check_corpus
        from vectorstore.embedding.loading import check_embeddings

        chosen = checked_settings(IndexSettings, settings, "debate index")
        check_corpus(documents, follow_links=chosen.follow_links)
        check_embeddings(chosen.embeddings, chosen.embeddings_backend)
        console = Console()
        with (
            nullcontext(IndexLines()) if quiet or not console.is_terminal else IndexBar(console) as watcher,
            index_embeddings(chosen, watcher.preparing) as (model, batch),
        ):
            store, summary = index_documents(documents, chosen, watcher, model, batch=batch)
        print_summary(console, summary, near_duplicates(store))
