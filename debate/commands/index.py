"""``debate index``: a folder of documents into an index, once for any number of runs."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Literal

import typer

from debate.terminal.session import one_line_errors, start_logging

EmbeddingsBackend = Literal["auto", "torch", "openvino"]
IndexKind = Literal["auto", "flat", "hnsw", "ivf"]
INDEX_EXAMPLES = """\b
Examples:
  debate index docs/ --out myindex
      read every txt, md, html, pdf, docx, csv, xlsx, jsonl and eml under docs/ and embed it
  debate index docs/ --out myindex
      again: only what is new is embedded, and what is gone from docs/ leaves the index
  debate index docs/ --out myindex --embeddings intfloat/multilingual-e5-small
      documents in Japanese, Chinese or other languages than English
  debate run --questions my.xlsx --index myindex
      use it
  debate index docs/ --out postgresql://me@server:5432/database/table
      a table that several machines share (PostgreSQL with pgvector); the password comes from PGPASSWORD or ~/.pgpass

\b
Ctrl-C keeps what was embedded, and the same command goes on. Exit codes:
  0 done   2 bad input   130 interrupted
"""


def index(
    documents: Annotated[Path, typer.Argument(help="Folder of documents, or one file.")],
    out: Annotated[str, typer.Option(help="Folder or postgresql://…/table, a new one or the one to bring up to date.")],
    embeddings: Annotated[
        str | None, typer.Option(help="sentence-transformers name or folder [bundled MiniLM].")
    ] = None,
    embeddings_backend: Annotated[EmbeddingsBackend, typer.Option(help="What that computes with.")] = "auto",
    kind: Annotated[IndexKind, typer.Option(help="auto: flat, which is exact, up to 200,000 chunks.")] = "auto",
    chunk_words: Annotated[int, typer.Option(min=1, help="Words a chunk at the most.")] = 160,
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Read what links that lead out of the folder point to, too.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the index of other documents.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Log lines instead of a progress bar.")] = False,
) -> None:
    """Index a folder of documents once, for any number of runs."""
    start_logging()
    with one_line_errors(f"interrupted; what was embedded is kept in {out}, and the same command goes on"):
        from rich.console import Console

        from debate.indexing.building import index_documents, near_duplicates
        from debate.terminal.index_view import IndexBar, IndexLines, print_summary
        from vectorstore import corpus_files, load_embeddings
        from vectorstore.embedding.models import check_embeddings

        corpus_files(documents, follow_links=follow_links)
        check_embeddings(embeddings, embeddings_backend)
        console = Console()
        with nullcontext(IndexLines()) if quiet else IndexBar(console) as watcher:
            model = load_embeddings(embeddings, backend=embeddings_backend, progress=watcher.preparing)
            store, summary = index_documents(
                documents,
                out,
                watcher,
                embeddings=model,
                kind=None if kind == "auto" else kind,
                chunk_words=chunk_words,
                follow_links=follow_links,
                force=force,
            )
        print_summary(console, summary, near_duplicates(store))
