"""Web pages: their main text, with title, author and date.

The page's own structure says which parts are text (docs/decisions/0101): menus, banners, footers and
whatever the page hides are left out, by element, by role, by the words of class and id, and lists that are nothing
but links. Where a page marks its main part, only that is read.
"""

import re
from pathlib import Path

from lxml import etree

from vectorstore.corpus.encodings import decode_page
from vectorstore.corpus.readers.raised import raised_classes
from vectorstore.corpus.readers.records import Record, Records, metadata
from vectorstore.corpus.readers.web.html_bounds import check_markup
from vectorstore.corpus.readers.web.html_text import text_of
from vectorstore.errors import CorpusError

_TAGS_NEVER = """script style noscript template head nav button select option input textarea iframe object svg canvas
audio video dialog menu"""
_NEVER = frozenset(_TAGS_NEVER.split())
_OUTSIDE = frozenset(["header", "footer", "aside"])  # text of an article, but not of a page
_ROLE_NAMES = "navigation banner contentinfo search complementary dialog alertdialog menu menubar"
_ROLES = frozenset(_ROLE_NAMES.split())
# Parts of a class or an id, as in "site-footer" and "cookie-banner".
_CHROME = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|nav|navbar|navigation|menu|breadcrumbs?|sidebar|footer|masthead|skip-?links?"
    r"|newsletter|subscribe|paywall|popup|modal|pagination|advert|advertisement|banner|toolbar|sharing"
    r"|(?:social|share)-(?:links?|buttons?|icons?|bar|share)|related-(?:posts?|articles?|links?|stories)"
    r"|noprint|editsection|sr-only|visually-hidden|screen-reader-text)(?=$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden", re.IGNORECASE)
# An element that holds more of the page's text than this is no menu, whatever it is called ("has-sidebar").
MOST_CHROME = 0.3
MAIN = 0.5  # what a page marks as its main part holds at least this share of its text, or is passed over
# A block is a menu where it holds so many links, they hold so much of its text, and so few words each.
MENU_LINKS, MENU_SHARE, MENU_WORDS = 3, 0.8, 4
_MENU_BLOCKS = ("ul", "ol", "div", "p", "table", "center")
# libxml2 stops at 2,048 levels, and says so.
_TOO_DEEP = "nests its elements more than 2,048 deep, so most of it cannot be read. Save it as plain text."
_META = {"author": "author", "article:author": "author", "dc.creator": "author", "dcterms.creator": "author"}
_META |= dict.fromkeys(("date", "article:published_time", "dc.date", "dcterms.date"), "date")


def read_html(path: Path) -> Records:
    """Read a page."""
    text, told = decode_page(path.read_bytes())
    return Records([read_page(text, path.stem)], told)


def read_page(text: str, stem: str, styles: str = "") -> Record:
    """Read a page.

    Args:
        stem: its title where it has none.
        styles: CSS that it has elsewhere.

    Raises:
        CorpusError: it nests too deeply, or has more markup than can be read.
    """
    if not text.strip():
        return Record("", stem)
    check_markup(text)
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    page = etree.fromstring(text.encode(), parser)
    if any("xcessive depth" in entry.message for entry in parser.error_log):
        raise CorpusError(_TOO_DEEP)
    if page is None:
        return Record("", stem)
    title = " ".join(page.findtext(".//title", "").split())
    extra = metadata(_meta(page).items())
    raised = raised_classes("}".join([styles, *(one.text or "" for one in page.iter("style"))]))
    return Record(text_of(_main_part(page), raised), title or stem, extra=extra)


def _meta(page: etree._Element) -> dict[str, str]:
    """Return author and date from the page's own fields."""
    found: dict[str, str] = {}
    for field in page.iter("meta"):
        name = _META.get((field.get("name") or field.get("property") or "").lower())
        if name and field.get("content", "").strip():
            found.setdefault(name, field.get("content", "").strip())
    return found


def _main_part(page: etree._Element) -> etree._Element:
    """Remove what is not the page's text, and return the element with the rest."""
    _drop([one for one in page.iter(etree.Element) if _is_never_text(one)])
    body = page.find("body")
    body = page if body is None else body
    whole = max(1, _length(body))
    _drop([one for one in body.iter(etree.Element) if one is not body and _is_chrome(one, whole)])
    main = _marked(body)
    if main is not None:
        return main
    _drop([one for one in body.iter(*_MENU_BLOCKS) if _is_menu(one)])
    return body


def _is_never_text(element: etree._Element) -> bool:
    if element.tag in _NEVER or element.get("hidden") is not None or element.get("role") in _ROLES:
        return True
    if _HIDDEN.search(element.get("style", "")):
        return True
    if element.tag not in _OUTSIDE:
        return False
    inside = next(element.iterancestors("article", "main", "blockquote"), None) is not None
    return not inside and element.find(".//h1") is None


def _is_chrome(element: etree._Element, whole: int) -> bool:
    names = f"{element.get('class', '')} {element.get('id', '')}"
    if len(names) == 1 or not _CHROME.search(names):
        return False
    return _length(element) < MOST_CHROME * whole and element.find(".//article") is None


def _marked(body: etree._Element) -> etree._Element | None:
    """Return what the page marks as its main part, where that holds most of it."""
    whole = _length(body)
    articles = body.findall(".//article")
    for found in (body.find(".//main"), body.find(".//*[@role='main']"), articles[0] if len(articles) == 1 else None):
        if found is not None and 0 < whole * MAIN <= _length(found):
            return found
    return None


def _is_menu(element: etree._Element) -> bool:
    links = ["".join(link.itertext()).split() for link in element.iter("a")]
    if len(links) < MENU_LINKS or sum(map(len, links)) > MENU_WORDS * len(links):
        return False
    return sum(len(word) for words in links for word in words) >= MENU_SHARE * _length(element)


def _length(element: etree._Element) -> int:
    return sum(len(word) for text in element.itertext() for word in text.split())


def _drop(elements: list[etree._Element]) -> None:
    """Take elements out of their page; the text behind each stays."""
    for element in elements:
        parent = element.getparent()
        if parent is None:
            continue
        before, tail = element.getprevious(), element.tail or ""
        element.tail = None
        if before is None:
            parent.text = (parent.text or "") + tail
        else:
            before.tail = (before.tail or "") + tail
        parent.remove(element)
