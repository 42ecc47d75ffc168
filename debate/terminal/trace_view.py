"""Traces in the terminal: a tree per question with seconds, tokens, passages and, optionally, prompts."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from debate.readable import readable
from debate.tracing.trace_file import Span


def trace_trees(spans: Sequence[Span], *, contents: bool = False) -> Iterator[Tree]:
    """Yield a tree for each trace; ``contents`` shows prompts, answers and passages as they were sent."""
    children: dict[str, list[Span]] = defaultdict(list)
    known = {span.id for span in spans}
    for span in spans:
        children[span.parent if span.parent in known else ""].append(span)
    for root in children[""]:
        tree = Tree(_title(root, spans))
        _grow(tree, root, children, contents)
        yield tree


def _grow(tree: Tree, span: Span, children: dict[str, list[Span]], contents: bool) -> None:
    failed: set[str] = set()
    for child in children[span.id]:
        branch = tree.add(_label(child, again=child.name in failed))
        if contents and child.kind == "LLM":
            branch.add(Text(_prompt(child), style="dim"))
            branch.add(Text(_answer(child)))
        elif contents and child.kind == "RETRIEVER":
            branch.add(_passages(child))
        (failed.add if child.error else failed.discard)(child.name)
        _grow(branch, child, children, contents)


def _title(root: Span, spans: Sequence[Span]) -> Text:
    asked = next(
        (_content(one, "input.value") for one in spans if one.trace == root.trace and one.kind == "RETRIEVER"), ""
    )
    name = root.name if root.name != "question" else ""
    return Text.assemble(
        (readable(" ".join(part for part in (root.question, name) if part)), "bold"),
        f"  {asked}" if asked else "",
        (f"  {root.seconds:.2f} s", "dim"),
        _error(root),
    )


def _label(span: Span, *, again: bool) -> Text:
    facts = [f"{span.seconds:.2f} s"]
    read, written = (span.attributes.get(f"llm.token_count.{part}") for part in ("prompt", "completion"))
    if read is not None:
        facts.append(f"{read} tokens in, {written} out")
    if span.kind == "RETRIEVER":
        facts.append(f"{len(_documents(span))} passages")
    facts += [
        f"{span.attributes[name]} {unit}" for name, unit in (("pov_debate.words", "words"),) if name in span.attributes
    ]
    if "pov_debate.supported" in span.attributes:
        facts.append(f"{span.attributes['pov_debate.supported']:.0%} supported by passages")
    name = {"LLM": "generate", "RETRIEVER": "search"}.get(span.kind, readable(span.name))
    told = "".join(f"  {readable(event)}: {readable(what)}" for event, what in span.events if event != "exception")
    return Text.assemble(
        name, (" (again)" if again else "", "yellow"), (f"  {' · '.join(facts)}", "dim"), (told, "yellow"), _error(span)
    )


def _documents(span: Span) -> list[str]:
    return [name.removesuffix("content") for name in span.attributes if name.endswith("document.content")]


def _passages(span: Span) -> RenderableType:
    """Return the scores of a search's passages, a column for each point of view, and below them the passages."""
    views = json.loads(str(span.attributes.get("metadata", "{}"))).get("povs", [])
    header = ("passage", "score", "question", *(f"view {n}" for n in range(1, len(views) + 1)))
    table, texts = Table(*header, box=None, pad_edge=False), []
    for n, place in enumerate(_documents(span), 1):
        metadata = json.loads(str(span.attributes.get(place + "metadata", "{}")))
        scores = [metadata.get("score"), metadata.get("question_score"), *metadata.get("pov_scores", [])]
        table.add_row(Text(f"[{n}]"), *(f"{score:+.3f}" for score in scores if score is not None))
        source = readable(metadata.get("source", ""))
        texts.append(
            Text.assemble((f"[{n}] {source}", "bold"), f"\n{' '.join(_content(span, f'{place}content').split())}")
        )
    return Group(*(Text(f"view {n}: {readable(view)}", style="dim") for n, view in enumerate(views, 1)), table, *texts)


def _error(span: Span) -> tuple[str, str]:
    return (f"  {readable(span.error)}", "red") if span.error else ("", "")


def _prompt(span: Span) -> str:
    """Return what was sent: a prompt, or a chat's messages with who speaks."""
    prompts = span.attributes.get("llm.prompts")
    if prompts:
        return readable("\n\n".join(prompts))
    messages = "llm.input_messages."
    said = [name for name in span.attributes if name.startswith(messages) and name.endswith("message.content")]
    spoken = [(span.attributes.get(name.replace("content", "role"), ""), span.attributes[name]) for name in said]
    return readable("\n\n".join(f"{role}: {text}" for role, text in spoken)) or _content(span, "input.value")


def _answer(span: Span) -> str:
    """Return what came back, without the envelope that LangChain puts around it."""
    answer = _content(span, "output.value")
    try:
        generations = json.loads(str(span.attributes.get("output.value", "")))["generations"]
        return readable("\n\n".join(one["text"] for row in generations for one in row))
    except (ValueError, KeyError, TypeError):
        return answer  # as it came


def _content(span: Span, name: str) -> str:
    return readable(span.attributes.get(name, ""))
