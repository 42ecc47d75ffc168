"""Text, Markdown and JSON lines."""

import json

import pytest

from vectorstore import load_corpus
from vectorstore.corpus.readers import read_records


def read(tmp_path, text, name="a.md"):
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    return read_records(tmp_path / name)


def test_front_matter_gives_title_and_metadata(tmp_path):
    (tmp_path / "a.md").write_text(
        "---\ntitle: The canal\nspeaker: Ann\ndate: 1911-05-03\ntags: [salt, iron]\nsource: Gazette\n---\n\nIt is long.\n"
    )

    document = load_corpus(tmp_path)[0]

    assert document.page_content == "It is long."
    assert document.metadata == {
        "title": "The canal",
        "speaker": "Ann",
        "date": "1911-05-03",
        "tags": "salt, iron",
        "column_source": "Gazette",
        "source": "a.md",
        "start": 1,
    }


def test_front_matter_may_be_toml_and_end_its_lines_as_windows_does(tmp_path):
    record = read(tmp_path, '+++\r\ntitle = "The canal"\r\ndate = 1911-05-03\r\n+++\r\nIt is long.\r\n')[0]

    assert (record.title, record.extra, record.text) == ("The canal", {"date": "1911-05-03"}, "It is long.\r\n")


def test_rules_between_paragraphs_are_no_front_matter(tmp_path):
    text = "---\nOne paragraph\n---\nAnother\n"

    assert read(tmp_path, text)[0].text == text


def test_front_matter_that_cannot_be_read_stays_in_the_text_and_is_named(tmp_path):
    text = "---\ntitle: a: b: c\n---\nIt is long.\n"

    records = read(tmp_path, text)

    assert records[0].text == text
    assert records.left_out[0].startswith("its front matter cannot be read and stays in the text: mapping values")


def test_front_matter_that_refers_to_itself_is_not_unfolded(tmp_path):
    levels = [f"l{n}: &l{n} [" + ",".join([f"*l{n - 1}" if n else "x"] * 9) + "]\n" for n in range(10)]

    records = read(tmp_path, f"---\n{''.join(levels)}---\nIt is long.\n")

    assert records[0].text.endswith("---\nIt is long.\n")
    assert "its front matter cannot be read and stays in the text: it refers to itself (*l0)" in records.left_out[0]


@pytest.mark.parametrize(
    "image",
    [
        "![map](data:image/png;base64,ACVKb5S53g==)",
        '![a "map"]( <data:image/png;base64,ACVKb5S53g==> "title")',
        "[map]: data:image/png;base64,ACVKb5S53g==",
        '<img alt="map" src="data:image/png;base64,ACVKb5S53g==">',
    ],
)
def test_images_that_stand_in_the_text_are_dropped(tmp_path, image):
    assert read(tmp_path, f"Before.\n\n{image}\n\nAfter.")[0].text == "Before.\n\n\n\nAfter."


def test_other_images_and_links_stay_word_for_word(tmp_path):
    text = "![map](map.png) and [data: a table](x.html)\n"

    assert read(tmp_path, text)[0].text == text


def test_a_plain_text_stays_word_for_word(tmp_path):
    text = "co\u00adoperate ﬁve e\u0301\r\n\u2028 x\u0085y"

    assert read(tmp_path, text, "a.txt")[0].text == text


def lines(*rows):
    return "".join(row + "\n" for row in rows)


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "9" * 5000])
def test_a_number_that_json_cannot_hold_is_kept_as_text(tmp_path, number):
    (tmp_path / "a.jsonl").write_text(f'{{"text": "A line.", "share": {number}}}\n')

    assert load_corpus(tmp_path)[0].metadata["share"] == number


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{broken", "line 2 is not JSON"),
        ("[1]", "line 2 is not an object"),
        ("[" * 100_000, "line 2"),
        (r'{"text": "a\u0000b"}', "line 2 holds a zero byte"),
        ('{"text": "\\ud800 x"}', "row 2: contains half of a surrogate pair"),
    ],
)
def test_a_bad_line_costs_that_line_and_is_named(tmp_path, bad, reason):
    (tmp_path / "a.jsonl").write_text(lines('{"text": "One."}', bad, '{"text": "Three."}'))

    corpus = load_corpus(tmp_path)

    assert [document.page_content for document in corpus] == ["One.", "Three."]
    assert [one.reason.startswith(reason) for one in corpus.partial] == [True]


def test_fields_that_are_called_as_ours_are_kept_beside_them(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "A line.", "source": "Gazette", "rank": 3}))

    assert read_records(tmp_path / "a.jsonl")[0].extra == {"column_source": "Gazette", "column_rank": 3}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Salt &amp; iron cost 5&nbsp;% &#8211; &#x2014;.", "Salt & iron cost 5\xa0% – —."),
        ("AT&T; R&D &unknown; &", "AT&T; R&D &unknown; &"),
        ("Before <!-- a\nnote --> after.", "Before  after."),
        ("Before.\n<!-- ```\ncode\n``` -->\nAfter.", "Before.\n\nAfter."),
        ("[//]: # (a note)\nAfter.", "\nAfter."),
        ("<!---->One <!-->two --> three.", "One two --> three."),
        ("Text <!-- that never ends", "Text <!-- that never ends"),
    ],
)
def test_markdown_is_read_as_its_page_shows_it(tmp_path, written, shown):
    assert read(tmp_path, written)[0].text == shown


@pytest.mark.parametrize(
    "code",
    [
        "Write `&amp; <!-- x -->` for it.",
        "Write ``&amp;`` for it.",
        "```html\n&lt; <!-- x -->\n```\n",
        "~~~\n&lt;\n```\n&gt;\n~~~\n",
        "```\n&lt; without an end",
        "[page]: https://a.example/?a=1#b\n",
    ],
)
def test_code_in_markdown_stays_word_for_word(tmp_path, code):
    assert read(tmp_path, code)[0].text == code


@pytest.mark.parametrize("part", ["<!-- ", "`", "``a", "&#", "[a]: # (", "``` a\n", "[" * 9])
def test_markup_without_end_takes_no_quadratic_time(tmp_path, part):
    text = part * (500_000 // len(part))

    assert read(tmp_path, text)[0].text == text


@pytest.mark.parametrize(("first", "second"), [("title", "title"), ("Title", "title")])
def test_front_matter_with_a_key_twice_stays_in_the_text_and_is_named(tmp_path, first, second):
    text = f"---\n{first}: A\n{second}: B\n---\nIt is long.\n"

    records = read(tmp_path, text)

    assert records[0].text == text
    assert records.left_out == [
        "its front matter cannot be read and stays in the text: its key 'title' is given twice. Rename one."
    ]


def test_json_keys_that_stand_twice_are_kept_and_named(tmp_path):
    """Regression: the last value won, and nothing told it."""
    records = read(tmp_path, '{"text": "One."}\n{"text": "Two.", "text": "Three.", "a": {"b": 1, "b": 2}}\n', "a.jsonl")

    assert [(record.text, record.extra) for record in records] == [
        ("One.", {}),
        ("Two.", {"text (2)": "Three.", "a": {"b": 1, "b (2)": 2}}),
    ]
    assert records.left_out == ["line 2 has keys twice ('b', 'text'): the first of each is read as that key."]
