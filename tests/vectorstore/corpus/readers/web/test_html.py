"""Web pages: the main text, word for word as a browser shows it."""

import pytest

from vectorstore import CorpusError
from vectorstore.corpus.readers.web.html import read_page

LONG = "Ruritania left the salt union in 1911 because the tariff had doubled. "


def text(body):
    return read_page(f"<html><body>{body}</body></html>", "page").text


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('<p><span class="cap">R</span>uritania <em>left</em>.</p>', "Ruritania left."),
        ("<p>41<b>:</b>9, dou<wbr>bled, parlia&shy;ment</p>", "41:9, doubled, parliament"),
        ("<p>CO<sub>2</sub>-free, H<sub>2</sub>O</p>", "CO2-free, H2O"),
        ("<p>in 1911<sup>2</sup> because</p>", "in 1911 because"),
        ('<p>the tariff<sup><a href="#n3">[3]</a></sup> had</p>', "the tariff had"),
        ("<p>the tariff<sup>*</sup> had</p>", "the tariff had"),
        ("<p>5 km<sup>2</sup>, 10<sup>6</sup>, x<sup>-1</sup></p>", "5 km², 10⁶, x⁻¹"),
        ('<p>10<span style="vertical-align: super">6</span> tons</p>', "10⁶ tons"),
        ('<style>@media print{a{}} b, p .up {vertical-align:super}</style><p>10<i class="x up">6</i> t</p>', "10⁶ t"),
        ("<p>the 1<sup>st</sup> of May</p>", "the 1st of May"),
        ("<p>one\n   two</p>", "one two"),
        ("<p>one<br>two</p>", "one\ntwo"),
        ("<p>one</p>two<p>three</p>", "one\n\ntwo\n\nthree"),
        ("<p>He said <q>no</q>.</p>", "He said “no”."),
        ("<p>four <del>old</del><ins>eight</ins></p>", "four eight"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<p>می‌پردازد</p>", "می‌پردازد"),
        ("<ul><li>salt</li><li>iron</li></ul>", "salt\niron"),
        ('<ol start="3"><li>salt<ol type="a"><li>sea</li></ol></li><li>iron</li></ol>', "3. salt\na. sea\n4. iron"),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>", "a\tb\n1\t2"),
        (
            "<table><tr><td><p>a</p></td>\n<td> <p>b</p> </td></tr><tr><td><p>1</p><p>2</p></td></tr></table>",
            "a\tb\n\n1\n\n2",
        ),
        ("<dl><dt>Salt</dt><dd>A mineral.</dd></dl>", "Salt\n\nA mineral."),
        ("<p><ruby>塩<rt>しお</rt></ruby>同盟</p>", "塩同盟"),
        ("Bare text", "Bare text"),
    ],
)
def test_text_is_read_as_it_is_shown(body, shown):
    assert text(body) == shown


@pytest.mark.parametrize(
    "noise",
    [
        "<nav><a>Home</a></nav>",
        "<header><a>Home</a></header>",
        "<footer>All rights reserved.</footer>",
        "<aside>Buy now.</aside>",
        "<script>x()</script><style>p {}</style><noscript>No script</noscript>",
        "<div role='navigation'>Home</div>",
        "<div id='cookie-banner'>We use cookies.</div>",
        "<div class='site-footer dark'>Imprint</div>",
        "<p hidden>Hidden</p><p style='color: red; display: none'>Hidden</p>",
        "<ul><li><a>Home</a></li><li><a>Archive</a></li><li><a>Log in</a></li></ul>",
        "<div><a>Home</a> | <a>Archive</a> | <a>Log in</a></div>",
        "<button>Share</button><select><option>English</option></select>",
        "<!-- a comment -->",
    ],
)
def test_what_is_around_the_text_is_left_out(noise):
    assert text(f"{noise}<p>{LONG}</p>{noise}") == LONG.strip()


def test_only_what_a_page_marks_as_its_main_part_is_read():
    assert text(f"<p>Breaking news</p><main><h1>The union</h1><p>{LONG}</p></main>") == f"The union\n\n{LONG.strip()}"


def test_a_main_part_that_holds_little_of_the_page_is_passed_over():
    assert LONG.strip() in text(f"<main><p>Loading</p></main><div><p>{LONG}</p></div>")


@pytest.mark.parametrize(
    "body",
    [
        f"<div class='page has-sidebar'><p>{LONG}</p></div>",
        f"<form><p>{LONG}</p></form>",
        f"<article><header><p>{LONG}</p></header></article>",
        f"<p class='unmenued'>{LONG}</p>",
        f"<p>{LONG[:-2]} <a>a</a> <a>b</a> <a>c</a>.</p>".replace(". .", "."),
    ],
)
def test_text_is_kept_whatever_it_is_called(body):
    assert LONG.strip()[:-1] in text(body)


def test_title_author_and_date_are_taken_from_the_page():
    page = "<title> The\nunion </title><meta name=author content=Ann><meta property='article:published_time' content='1911-05-03'><p>x</p>"

    record = read_page(page, "page")

    assert (record.title, record.extra) == ("The union", {"author": "Ann", "date": "1911-05-03"})


def test_a_page_that_nests_too_deeply_is_refused_not_cut():
    with pytest.raises(CorpusError, match="2,048 deep"):
        text("<div>" * 5000 + "x" + "</div>" * 5000)


def test_an_empty_page_has_no_text():
    assert read_page(" ", "page").text == ""


@pytest.mark.parametrize("body", ["<tr><td>a</td></tr>" * 300_001, "<i a=1 b=2 c=3 d=4 e=5>x" * 200_001])
def test_a_page_with_more_markup_than_can_be_read_is_refused(body):
    """Regression: a table of 23 MB took half a minute and half a gigabyte."""
    with pytest.raises(CorpusError, match=r"^has 1,200,0\d\d tags and attributes, more than can be read\. Split it"):
        text(f"<table>{body}")


@pytest.mark.parametrize("one", ["a{}=1", "a{}", "a{}='x y'"])
def test_a_tag_of_thousands_of_attributes_is_refused(one):
    """Regression: 300,000 took the parser hours, since it compares each with all."""
    with pytest.raises(CorpusError, match=r"^has a tag with thousands of attributes\. Save it as plain text\.$"):
        text(f"<p {' '.join(one.format(i) for i in range(30_000))}>x")


@pytest.mark.parametrize(
    "page",
    [
        f"<svg><path d='{'L 1 2 ' * 9000}'/></svg><p>Salt.</p>",
        f"<script>if (a<b) {{ {'a = 1; ' * 9000} }}</script><p>Salt.</p>",
        f"<!-- a <b {'word ' * 9000} --><p>Salt.</p>",
    ],
)
def test_long_paths_scripts_and_comments_are_no_attributes(page):
    assert text(page) == "Salt."
