"""Traces as a tree in the terminal: one a question, with seconds, tokens, passages and, if asked for, prompts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rich.text import Text
from rich.tree import Tree

from debate.tracing import Span

# Steps that only pass a value on would drown the tree.
_PLUMBING = {"next_step"}


def trace_trees(spans: Sequence[Span], *, contents: bool = False) -> Iterator[Tree]:
    """Yield a tree for each trace; ``contents`` shows prompts and answers as they were sent."""
    children: dict[str, list[Span]] = defaultdict(list)
    known = {span.id for span in spans}
    for span in spans:
        children[span.parent if span.parent in known else ""].append(span)
    for root in children[""]:
        tree = Tree(_title(root))
        _grow(tree, root, children, contents)
        yield tree


def _grow(tree: Tree, span: Span, children: dict[str, list[Span]], contents: bool) -> None:
    for child in children[span.id]:
        branch = tree if child.name in _PLUMBING else tree.add(_label(child))
        if contents and child.kind == "LLM":
            branch.add(Text(_content(child, "input.value"), style="dim"))
            branch.add(Text(_content(child, "output.value")))
        _grow(branch, child, children, contents)


def _title(span: Span) -> Text:
    return Text.assemble((span.question or span.name, "bold"), (f"  {span.seconds:.2f} s", "dim"), _error(span))


def _label(span: Span) -> Text:
    facts = [f"{span.seconds:.2f} s"]
    read, written = (span.attributes.get(f"llm.token_count.{part}") for part in ("prompt", "completion"))
    if read is not None:
        facts.append(f"{read} tokens in, {written} out")
    if span.kind == "RETRIEVER":
        found = sum(name.endswith("document.content") for name in span.attributes)
        facts.append(f"{found} passages")
    return Text.assemble(span.name, (f"  {' · '.join(facts)}", "dim"), _error(span))


def _error(span: Span) -> tuple[str, str]:
    return (f"  {span.error}", "red") if span.error else ("", "")


def _content(span: Span, name: str) -> str:
    return str(span.attributes.get(name, ""))
