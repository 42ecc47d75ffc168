"""Remove Markdown from prose: whole headings, and the marks of lists and emphasis.

Time is linear: every pattern is bounded or stops at the mark that it began with.
"""

import re
from itertools import pairwise

from chains.schemas import Removal
from chains.text.phrases import HEADINGS
from vectorstore.text.letters import UNSPACED
from vectorstore.text.sentences import ends_with_sentence

Cleaned = tuple[str, list[Removal]]

_HASHES = re.compile(r"[ \t]{0,3}#{1,6}(?:[ \t]+\S.*|[ \t]*)")
_HASHES_BEHIND = re.compile(r"(?<=[.!?\]])[ \t](?=#{1,6}[ \t]\S)")  # a heading that begins behind a sentence
_RULE = re.compile(r"[ \t]*(?:-{3,}|={3,}|\*{3,}|_{3,}|(?:\*[ \t]){3,}|(?:-[ \t]){3,})[ \t]*")
_BOLD_LINE = re.compile(r"\s*(?:\*{2,3}|__)([^*\n]{1,120}?)(?:\*{2,3}|__)\s*[:：]?\s*")
_PLAIN_HEADING = re.compile(rf"\W*(?:{'|'.join(map(re.escape, HEADINGS))})\W*", re.IGNORECASE)
_HEADING_WORDS = 14
_BULLET = re.compile(r"[ \t]*[-*•‣▪●◦–][ \t]+(?=\S)")
_QUOTED_LINE = re.compile(r"[ \t]*>[ \t]?")
_NUMBERED = re.compile(r"[ \t]*\**(\d{1,2})[.)]\**[ \t]+(?=\S)")
_INLINE_MARK = re.compile(r"[;,]\s{1,3}(\d{1,2})[.)]\s{1,3}(?=[A-Z“\"])")
_OPEN_ITEM = re.compile(r"[ \t]*\**(?:\d{1,2}[.)]|[-*•‣▪●◦–#>])\**[ \t]*")
_OPEN_AT_END = re.compile(r"(?<=[.!?:])\s{1,4}\**(?:\d{1,2}\.|[-*•])\**\s*$")
_STRONG = re.compile(r"(\*{2,3}|(?<!\w)__)(?=\S)([^*_\n]+)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])(\*)(?=[^\s*])([^*\n]+)(?<=[^\s*])\1(?![\w*])")
_UNDERLINED = re.compile(r"(?<![\w_])(_)(?=[^\s_])([^_\n]+)(?<=[^\s_])\1(?![\w_])")
_STRAY = re.compile(r"\*{2,}")
_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\(([^()\s]{1,300})\)")
_TAG = re.compile(r"</?(?:p|b|i|u|em|strong|div|span|h[1-6]|ul|ol|li|br|hr|body|html)\s{0,3}/?>", re.IGNORECASE)
_ENDS = tuple(".!?:;,…。！？」』”\"'’)]؟।۔–—-")
_BODY_WORDS = 20  # at least so much text follows a title
# What is left of a list once its marks are gone: "Local Currencies: The bank …", "Risk Management:" alone.
_LABELLED = re.compile(r"(?:[A-Z][\w'’-]*)(?: (?:[A-Z(][\w'’()-]*|and|or|of|the|in|to|for)){1,6}: [A-Z]")
_LABEL_ALONE = re.compile(r"[A-Z][^.!?:]{2,60}:")


def without_headings(text: str) -> Cleaned:
    """Take away headings: lines with hashes, short bold lines, known words, a title in capitals; and rules."""
    lines = _HASHES_BEHIND.sub("\n", text).split("\n")
    gone = {n for n, line in enumerate(lines) if _is_heading(line)}
    gone |= {n - 1 for n in range(1, len(lines)) if re.fullmatch(r"={3,}\s*", lines[n]) and lines[n - 1].strip()}
    left = [n for n, line in enumerate(lines) if line.strip() and n not in gone]
    if len(left) > 1 and _is_title(lines, left[0]):
        gone.add(left[0])
    removed = [Removal("heading", lines[n].strip()) for n in sorted(gone) if lines[n].strip()]
    return "\n".join(line for n, line in enumerate(lines) if n not in gone), removed


def _is_heading(line: str) -> bool:
    if _HASHES.fullmatch(line) or _RULE.fullmatch(line):
        return True
    if len(line) > 160 or not line.strip():
        return False
    bold = _BOLD_LINE.fullmatch(line)
    short = (
        bold is not None and len(bold[1].split()) <= _HEADING_WORDS and not bold[1].rstrip().endswith((".", "!", "。"))
    )
    return short or bool(_PLAIN_HEADING.fullmatch(line))


def _is_title(lines: list[str], first: int) -> bool:
    """Whether the first line is a title: short and open at its end, over lines that begin and end as sentences do."""
    title, body = lines[first].strip(), [line.strip() for line in lines[first + 1 :] if line.strip()]
    short = len(title.split()) <= _HEADING_WORDS and not title.endswith(_ENDS) and title[0].isalnum()
    if not short or re.search(f"[{UNSPACED}]", title) or len(" ".join(body).split()) < _BODY_WORDS:
        return False
    return not body[0][0].islower() and all(line.endswith(_ENDS) for line in body[:-1])


def without_list_marks(text: str) -> Cleaned:
    """Take away the marks of list items and quoted lines, and items that were begun and left empty."""
    removed: list[Removal] = []
    numbers = [int(found[1]) for line in text.split("\n") if (found := _NUMBERED.match(line))]
    is_list = len(numbers) > 1 or numbers == [1]
    kept: list[str] = []
    in_list = False
    for line in text.split("\n"):
        if _OPEN_ITEM.fullmatch(line):
            removed.append(Removal("open item", line.strip()))
            continue
        mark = _BULLET.match(line) or _QUOTED_LINE.match(line) or (_NUMBERED.match(line) if is_list else None)
        if mark:
            removed.append(Removal("list mark", mark.group().strip()))
            if kept and not in_list and not ends_with_sentence(kept[-1]):
                kept.append("")  # without its mark, the first item would continue with the heading above it
        in_list = bool(mark)
        kept.append(line[mark.end() :] if mark else line)
    text = "\n".join(kept)
    text, inline = _without_inline_marks(text)
    removed += inline
    if last := _OPEN_AT_END.search(text, max(0, len(text) - 20)):
        removed.append(Removal("open item", last.group().strip()))
        text = text[: last.start()]
    return text, removed


def _without_inline_marks(text: str) -> Cleaned:
    """Make sentences of list items run together in one line: "Oil is dear; 2. Gas is not; 3. Coal is cheap."."""
    numbers = [int(found[1]) for found in _INLINE_MARK.finditer(text)]
    if not any(after == before + 1 for before, after in pairwise(numbers)):
        return text, []
    removed = [Removal("list mark", found.group().strip()) for found in _INLINE_MARK.finditer(text)]
    return _INLINE_MARK.sub(". ", text), removed


def without_emphasis(text: str) -> Cleaned:
    """Take away the marks of bold, italics, links and HTML tags; names such as ``__init__`` and 5*3 stay."""
    removed: list[Removal] = []

    def bare(found: re.Match[str]) -> str:
        if found[1].startswith("_") and " " not in found[2]:
            return found.group()
        removed.append(Removal("emphasis", found.group()))
        return found[2]

    for pattern in (_STRONG, _EMPHASIS, _UNDERLINED):
        text = pattern.sub(bare, text)
    for pattern, kept in ((_LINK, r"\1"), (_TAG, ""), (_STRAY, "")):
        removed += [Removal("emphasis", found.group()) for found in pattern.finditer(text)]
        text = pattern.sub(kept, text)
    return text, removed


def is_open_item(line: str) -> bool:
    """Whether a line is nothing but the mark of a list item: "1.", "-"."""
    return bool(line.strip()) and bool(_OPEN_ITEM.fullmatch(line))


def lists_in(text: str) -> list[str]:
    """The first line of a list, of one whose marks were taken away, and every label that is a line."""
    lines = [line.strip() for line in text.split("\n")]
    lists = ([one for one in lines if is_list_item(one)], [one for one in lines if _LABELLED.match(one)])
    return [*(marked[0] for marked in lists if len(marked) > 1), *(one for one in lines if _LABEL_ALONE.fullmatch(one))]


def is_list_item(line: str) -> bool:
    """Whether a line begins with the mark of a list item."""
    return bool(_BULLET.match(line) or _NUMBERED.match(line))


def markup_in(sentence: str) -> bool:
    """Whether Markdown is left in a sentence: a fence, a heading's hashes, bold, a table's rule, an HTML tag."""
    return bool(re.search(r"```|\*\*|^#{1,6} |\|[ ]?-{3,}|\\boxed", sentence) or _TAG.search(sentence))
