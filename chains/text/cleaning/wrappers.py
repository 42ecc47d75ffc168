"""Remove what a model or a server puts around an answer: reasoning, chat tokens, JSON, code fences, the prompt.

Each function returns the remaining text and what it removed. Linear time.
"""

import json
import re

from chains.schemas import Removal

Cleaned = tuple[str, list[Removal]]

_REASONING = re.compile(r"<(/?)(?:think|thinking|thought|reasoning|reflection|scratchpad)>", re.IGNORECASE)
_FINAL = "<|channel|>final<|message|>"
_CHAT_TOKEN = re.compile(r"<\|[A-Za-z_]{1,30}\|>|</?s>|\[/?INST\]|<(?:start|end)_of_turn>|<bos>|<eos>")
_ROLE = re.compile(r"\s*(?:assistant|model|user|system|human)\s*(?=\n|<)", re.IGNORECASE)
_HTML_PAGE = re.compile(r"\s*(?:<!doctype html|<html\b)", re.IGNORECASE)
_FENCE = re.compile(r"[ \t]{0,3}(?:`{3,}|~{3,})[ \t]*([\w+#-]{0,20})[ \t]*\r?")
_CODE = re.compile("python|py|js|javascript|ts|java|c|cpp|c[+][+]|c#|go|rust|ruby|php|r|sql|bash|sh|html|css|xml|yaml")
_HOLDS_TEXT = ("answer", "text", "response", "opinion", "content", "output", "essay", "statement", "paragraph", "reply")
_OPEN_JSON = re.compile(r'\s*\{\s*"(\w{1,40})"\s*:\s*"((?:[^"\\]|\\.)*)', re.DOTALL)
_BROKEN_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?$")
_SECTION = re.compile(
    r"#{2,4}[ \t]*(?:(response|answer|output)|instructions?|input|context|question|opinion under debate|"
    r"(?:[\w.' -]{1,40} )?said(?: so far)?|text|task|example)\b[ \t]*:?[ \t]*(?:\d{1,2})?[ \t]*:?[ \t]*\r?",
    re.IGNORECASE,
)


# Whose words a passage is ("From Kishida, 2023:"), and the headings of a prompt ("### OPINION UNDER DEBATE:").
_SLUG = r"\w+(?:-\w+){2,}"  # the name of a file, also one that the model made up: "From 14-how-to-sanctions:"
_LABELS = re.compile(r"(?m)^(?:\[\d+\] )?From (.{1,200}):$|^#{2,4} (.{1,60}?):?$")


def without_reasoning(text: str) -> Cleaned:
    """Remove what is between reasoning tags; a missing opening tag is taken to be at the start."""
    if _FINAL in text:
        thought, _, answer = text.rpartition(_FINAL)
        return answer, [Removal("reasoning", thought)]
    kept: list[str] = []
    removed: list[Removal] = []
    at = depth = 0
    for tag in _REASONING.finditer(text):
        closes = bool(tag[1])
        piece = text[at : tag.start()]
        if depth or (closes and not removed):
            removed.append(Removal("reasoning", piece.strip()))
        else:
            kept.append(piece)
        depth, at = (0 if closes else 1), tag.end()
    if depth:
        removed.append(Removal("reasoning", text[at:].strip()))
    else:
        kept.append(text[at:])
    return "".join(kept), removed


def without_chat_tokens(text: str) -> Cleaned:
    """Take away a chat template's tokens before the answer, and everything from the first one behind it."""
    start = 0
    while token := _CHAT_TOKEN.search(text, start):
        if text[start : token.start()].strip():
            return text[start : token.start()], [Removal("chat token", text[token.start() :])]
        role = _ROLE.match(text, token.end())
        start = role.end() if role else token.end()
    return text[start:], [Removal("chat token", text[:start])] if start else []


def without_json(text: str) -> Cleaned:
    """Take the text out of a JSON object around it, also where the object was cut off before its end."""
    if _HTML_PAGE.match(text):
        return "", [Removal("wrapper", text)]
    if not text.lstrip().startswith("{"):
        return text, []
    try:
        found, _ = json.JSONDecoder(strict=False).raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return _out_of_open_json(text)
    strings = {str(key).lower(): value for key, value in found.items() if isinstance(value, str)}
    named = [strings[key] for key in _HOLDS_TEXT if key in strings]
    if not strings:
        return text, []
    return (named or [max(strings.values(), key=len)])[0], [Removal("wrapper", text)]


def _out_of_open_json(text: str) -> Cleaned:
    opened = _OPEN_JSON.match(text)
    if opened is None:
        return text, []
    inside = _BROKEN_ESCAPE.sub("", opened[2]).replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    try:
        return json.loads(f'"{inside}"', strict=False), [Removal("wrapper", text[: opened.start(2)])]
    except ValueError:
        return opened[2], [Removal("wrapper", text[: opened.start(2)])]


def without_fences(text: str) -> Cleaned:
    """Take away the marks of code fences; the block too where it is empty or holds code."""
    kept: list[str] = []
    removed: list[Removal] = []
    block: list[str] = []
    opening: re.Match[str] | None = None
    for line in [*text.split("\n"), None]:
        fence = _FENCE.fullmatch(line) if line is not None else None
        if line is not None and not fence:
            (kept if opening is None else block).append(line)
        elif opening is None:
            opening = fence
        else:
            is_code = _CODE.fullmatch(opening[1].lower()) or not "".join(block).strip()
            kept += [] if is_code else block
            removed.append(Removal("fence", "\n".join([opening[0], *(block if is_code else []), line or ""]).strip()))
            opening, block = None, []
    return ("\n".join(kept), removed) if removed else (text, [])


def without_prompt(text: str, prompt: str) -> Cleaned:
    """Take away the prompt where the text begins with it, and a template's next section behind the answer."""
    text, removed = _without_echo(text, prompt)
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    sections = [(n, found) for n, line in enumerate(lines) if (found := _SECTION.fullmatch(line.strip()))]
    answers = [n for n, found in sections if found[1]]
    begins = bool(sections) and sections[0][0] == first
    start = answers[0] + 1 if begins and answers else 0
    end = next((n for n, _ in sections if n >= max(start, first + 1) and "".join(lines[start:n]).strip()), len(lines))
    outside = ["\n".join(part) for part in (lines[:start], lines[end:]) if part]
    return "\n".join(lines[start:end]), removed + [Removal("prompt", part) for part in outside]


def without_labels(text: str, prompt: str) -> Cleaned:
    """Take away where a sentence says which part of the prompt it is from: "From opinion under debate: Sanctions …"."""
    labels = "|".join(re.escape(label or heading) for label, heading in _LABELS.findall(prompt))
    said = re.compile(rf"\bFrom (?:the )?(?:{labels or _SLUG}|{_SLUG}):\s*", re.IGNORECASE)
    return said.sub("", text), [Removal("label", found.group()) for found in said.finditer(text)]


def _without_echo(text: str, prompt: str) -> Cleaned:
    words = prompt.split()
    said = list(re.finditer(r"\S+", text))[: len(words)] if words else []
    if words and [word.group() for word in said] == words:
        return text[said[-1].end() :], [Removal("prompt", text[: said[-1].end()])]
    of_prompt = {_bare(line) for line in prompt.split("\n")} - {""}
    lines = text.split("\n")
    end = next((n for n, line in enumerate(lines) if line.strip() and _bare(line) not in of_prompt), len(lines))
    echo = [line for line in lines[:end] if line.strip()]
    whole = any(_SECTION.fullmatch(line.strip()) for line in echo)
    question = next((n + 1 for n, line in enumerate(lines[:end]) if line.strip()), 0)
    if not whole and not (echo and echo[0].rstrip().endswith(("?", "？", "؟"))):
        return text, []
    end = end if whole else question
    return "\n".join(lines[end:]), [Removal("prompt", "\n".join(lines[:end]))]


def _bare(line: str) -> str:
    """A line in one spelling: without the label before a question, and with single blanks."""
    return " ".join(re.sub(r"^\W*(?:question|q)\s*[:：]", "", line.strip("*#\"“”' \t\r"), flags=re.IGNORECASE).split())
