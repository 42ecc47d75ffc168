"""What ``benchmarks.bad_inputs`` tries with the commands besides ``run``: a case's command and what is wrong for it."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bad_input_cases import Case, raw, text

_OUT = ("--out", "tuned", "--quiet")
_DOCS = ("--index", "docs")
_ROW = "instruction,context,answer\nWhy?,[1] Salt is dear.,It is dear.\n"
_ROWS = _ROW + "Who sells iron?,[1] Iron is dear.,It is dear.\n"


def training_cases() -> Iterator[Case]:
    """Data to learn from, and models that cannot be trained."""
    group = "finetune"
    tuning = ("finetune", "--data", "d.csv", "--out", "tuned", "--quiet")
    yield Case(group, "no data", command=("finetune", "--out", "tuned"))
    yield Case(group, "the file is missing", command=tuning)
    yield Case(group, "a suffix that nobody reads", text("d.odt", "x"), command=("finetune", "--data", "d.odt", *_OUT))
    yield Case(group, "csv: a column is missing", text("d.csv", "instruction,answer\nWhy?,So.\n"), command=tuning)
    yield Case(group, "csv: one question", text("d.csv", _ROW), command=tuning)
    yield Case(group, "csv: zero bytes", raw("d.csv", b"instruction\0,answer\n"), command=tuning)
    yield Case(group, "xlsx: no workbook", text("d.xlsx", "x"), command=("finetune", "--data", "d.xlsx", *_OUT))
    lines = ("finetune", "--data", "d.jsonl", *_OUT)
    yield Case(group, "jsonl: no JSON", text("d.jsonl", "{broken\n"), command=lines)
    yield Case(group, "jsonl: a list", text("d.jsonl", "[]\n"), command=lines)
    whole = text("d.csv", _ROWS)
    yield Case(group, "no row that passes the filters", whole, command=(*tuning, "--min-words", "400"))
    yield Case(group, "a share above 1", whole, command=(*tuning, "--min-supported", "80"))
    yield Case(group, "a filter by a column that is not there", whole, command=(*tuning, "--min-supported", "0.8"))
    yield Case(group, "a server's model", whole, command=(*tuning, "--model", "http://127.0.0.1:9/v1#m"))
    yield Case(group, "a GGUF file", whole, command=(*tuning, "--model", "model.gguf"))
    yield Case(group, "no such model", whole, command=(*tuning, "--model", "./none"))
    yield Case(group, "nobody of that id", whole, command=(*tuning, "--persona", "nobody"))
    yield Case(group, "the folder holds other files", whole, command=("finetune", "--data", "d.csv", "--out", "docs"))
    export = ("export", "d.csv", "--chat", "chat.jsonl")
    yield Case("export", "the file is missing", command=export)
    doubted = text("d.csv", _ROWS.replace("answer\n", "answer,supported\n").replace("dear.\n", "dear.,0.5\n"))
    yield Case("export", "no row that passes the filters", doubted, command=(*export, "--min-supported", "0.9"))


def command_cases() -> Iterator[Case]:
    """Commands over documents and over finished runs."""
    group = "index"
    index = ("index", "docs", "--out", "ix", "--quiet")
    yield Case(group, "the documents are missing", command=("index", "none", "--out", "ix"))
    yield Case(group, "the folder holds other files", command=("index", "docs", "--out", "."))
    yield Case(group, "no such embedding model", command=(*index, "--embeddings", "./none"))
    yield Case(group, "`debate run` with a folder that is none", command=("run", "--questions", "q.csv", *_DOCS))
    group = "ask, talk"
    yield Case(group, "no such index", command=("ask", "Why?", "--index", "none"))
    yield Case(group, "documents and a text", command=("ask", "Why?", "--corpus", "docs", "--text", "x"))
    yield Case(group, "personas without documents", command=("ask", "Why?", "--personas", "p.toml"))
    yield Case(group, "no question", command=("ask",))
    yield Case(group, "a seat of nobody's", command=("talk", "Why?", "--corpus", "docs", "--seat", "nobody"))
    group = "translate"
    yield Case(group, "no run", command=("translate", "none", "--to", "ja"))
    yield Case(group, "an unknown language", command=("translate", "out", "--to", "xx"), resumes=True)
    yield Case(group, "no such translator", command=("translate", "out", "--to", "ja", "--model", "./x"), resumes=True)
    group = "compare"
    comparing = ("compare", "--questions", "q.csv", "--corpus", "docs", "--out", "compared")
    yield Case(group, "one model", command=(*comparing, "--models", "smollm2"))
    yield Case(group, "a model twice", command=(*comparing, "--models", "smollm2", "--models", "smollm2"))
    yield Case(group, "no such model", command=(*comparing, "--models", "smollm2", "--models", "./none"))
    yield Case("vote", "no comparison", command=("vote", "none"))
    group = "merge"
    yield Case(group, "no run", command=("merge", "none", "out", "--out", "whole"), resumes=True)
    yield Case(group, "a run twice", command=("merge", "out", "out", "--out", "whole"), resumes=True)
    group = "command line"
    yield Case(group, "an unknown command", command=("rum",))
    yield Case(group, "an empty value", command=("run", "--questions", ""))
    yield Case(group, "`debate models` with no such folder", command=("models", "./none"))
    yield Case(group, "`debate models` for an unknown card", command=("models", "--gpu", "T5"))


def every_case() -> list[Case]:
    """Return all cases of this module."""
    return [*training_cases(), *command_cases()]
