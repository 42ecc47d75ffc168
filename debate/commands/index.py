"""``debate index``: index documents for any number of runs."""

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


def index(
    documents: Annotated[Path, typer.Argument(help="Folder of documents, or one file.")],
    out: Annotated[str, typer.Option(help="Folder or postgresql://…/table, new or to update.")],
    embeddings: Annotated[
        str | None, typer.Option(help="sentence-transformers name or folder; default: bundled MiniLM.")
    ] = None,
    embeddings_backend: Annotated[
        EmbeddingsBackend, typer.Option(help="Library that runs the embedding model.")
    ] = "auto",
    kind: Annotated[IndexKind, typer.Option(help="auto is flat (exact) up to 200,000 chunks.")] = "auto",
    chunk_words: Annotated[int, typer.Option(min=1, help="Most words of a chunk.")] = 160,
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Follow links that lead out of the folder.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an index of other documents.")] = False,
    ray: Annotated[
        str, typer.Option(help="Embed on a Ray cluster: auto (the one on this machine), local, or host:6379.")
    ] = "",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Ray workers; default: one per GPU, or per machine.")
    ] = None,
    gpus_per_worker: Annotated[
        float | None, typer.Option(min=0, help="GPUs of each worker; default: 1, or 0 where there are none.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Log lines instead of a progress bar.")] = False,
) -> None:
    """Index a folder of documents for any number of runs, or update the index."""
    start_logging()
    with one_line_errors(f"interrupted; run the same command again to resume ({out} keeps what was embedded)"):
        from rich.console import Console

        from debate.indexing.building import index_documents, near_duplicates
        from debate.indexing.embeddings import RayAsked, index_embeddings
        from debate.terminal.index_view import IndexBar, IndexLines, print_summary
        from vectorstore.corpus.loader import check_corpus
        from vectorstore.embedding.loading import check_embeddings

        check_corpus(documents, follow_links=follow_links)
        check_embeddings(embeddings, embeddings_backend)
        console = Console()
        asked = RayAsked(ray, workers, gpus_per_worker)
        with (
            nullcontext(IndexLines()) if quiet else IndexBar(console) as watcher,
            index_embeddings(embeddings, embeddings_backend, asked, watcher.preparing) as (model, batch),
        ):
            store, summary = index_documents(
                documents,
                out,
                watcher,
                embeddings=model,
                kind=None if kind == "auto" else kind,
                chunk_words=chunk_words,
                follow_links=follow_links,
                force=force,
                batch=batch,
            )
        print_summary(console, summary, near_duplicates(store))
