"""``report.html``: a run in one file that works offline.

The templates escape everything that comes from documents or models, and the page's content security policy allows only
its own script and style.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from pathlib import Path

from markupsafe import Markup

from debate.files.atomic import atomic_file
from debate.output.facts import RunFacts
from debate.output.report.charts import Figures, charts, figures
from debate.output.report.live_debate import live_debate
from debate.output.report.rows import Row, RowMaker
from debate.output.templates import templates_in
from debate.results import QuestionResult

# So many rows are in the page as they are, to be read even where no script runs. Those of a longer run are kept as
# text until they are opened, because a browser that has to lay out 10,000 debates is of no use to anybody.
LAID_OUT = 200
# A language, script, region and variants as in BCP 47 (RFC 5646, 2.1): a browser can do nothing with another "lang".
_LANGUAGE_TAG = re.compile(
    r"[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*", re.IGNORECASE | re.ASCII
)
_TEMPLATES = templates_in(__name__)
_TEMPLATES.tests["language_tag"] = lambda text: _LANGUAGE_TAG.fullmatch(text) is not None


def write_report(path: Path, results: Callable[[], Iterable[QuestionResult]], facts: RunFacts) -> None:
    """Write the report beside ``path`` and rename it into place.

    Args:
        results: reads the rows one by one; called twice, for the charts and for the rows, so that a long run is
            never in memory as a whole.
        facts: what is said of the run as a whole, and what its scores are made of.

    Raises:
        RunFolderError: the folder cannot be written to.
    """
    shown = [figures(result) for result in results()]
    page = _TEMPLATES.get_template("page.html.j2").stream(
        facts=facts,
        nonce=secrets.token_urlsafe(16),
        style=_own("page.css"),
        script=_own("page.js"),
        counts=_counts(shown),
        charts=charts(shown, facts.words),
        rows=_bodies(results(), facts),
    )
    page.enable_buffering(64)
    # What UTF-8 cannot hold (half of a surrogate pair) becomes a question mark.
    with atomic_file(path) as unfinished, unfinished.open("wb") as file:
        page.dump(file, encoding="utf-8", errors="replace")


def live_body(result: QuestionResult, facts: RunFacts, picture: str) -> str:
    """Return the HTML of one row's body for the live page; every text in it is escaped.

    Args:
        picture: address of the picture of the debate's map.
    """
    row = RowMaker(facts).row(result, laid_out=True)
    debate = live_debate(result, row, picture)
    inset = Markup(_TEMPLATES.get_template("live_debate.html.j2").render(debate=debate)) if debate else ""  # noqa: S704 - escaped
    return _TEMPLATES.get_template("row.html.j2").render(row=row, facts=facts, inset=inset)


def style() -> str:
    """Return the report's style sheet, which the live page shares."""
    return _own("page.css")


def _bodies(results: Iterable[QuestionResult], facts: RunFacts) -> Iterator[tuple[Row, Markup]]:
    """Yield each row with its body as HTML; past the first rows a passage's text is written once for all of them."""
    maker = RowMaker(facts)
    body = _TEMPLATES.get_template("row.html.j2")
    for number, result in enumerate(results):
        row = maker.row(result, laid_out=number < LAID_OUT)
        yield row, Markup(body.render(row=row, facts=facts, inset=""))  # noqa: S704 - escaped by the template


def _counts(shown: list[Figures]) -> dict[str, int]:
    tags = ["failed", "abstained", "looped", "dropped", "unsupported"]
    return {"questions": len(shown)} | {tag: sum(tag in one.tags for one in shown) for tag in tags}


def _own(name: str) -> Markup:
    """Return a file of this package, which is part of the page and needs no escaping."""
    return Markup(files(__name__).joinpath(name).read_text(encoding="utf-8"))  # noqa: S704
