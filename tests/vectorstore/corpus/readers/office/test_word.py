"""Word documents: what the final view shows is read, and nothing else."""

from zipfile import ZipFile

import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from vectorstore.corpus.readers import read_records

MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def run(text):
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def tracked(kind, text):
    content = run(text).replace("w:t", "w:delText") if kind == "del" else run(text)
    return f'<w:{kind} w:id="1" w:author="a">{content}</w:{kind}>'


def control(content):
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def paragraph(*parts, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(parts)}</w:p>"


def numbered(text, number=1, level=0):
    place = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return paragraph(run(text), properties=place)


def cell(content, properties=""):
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


@pytest.fixture
def read(tmp_path):
    def reading(*blocks, change=lambda _: None):
        document = Document()
        body = document.element.body
        for block in blocks:
            body.insert(len(body) - 1, parse_xml(block.replace(">", f" {nsdecls('w')} {MC}>", 1)))
        change(document)
        document.save(str(tmp_path / "a.docx"))
        return read_records(tmp_path / "a.docx")[0].text

    return reading


def test_insertions_are_read_and_deletions_are_not(read):
    text = read(paragraph(run("It is "), tracked("del", "four"), tracked("ins", "eight"), run(" crowns.")))

    assert text == "It is eight crowns."


def raised(text):
    return f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>{text}</w:t></w:r>'


def test_an_exponent_stays_raised_and_the_mark_of_a_note_does_not_stand_in_the_text(read):
    """Regression: 10⁶ was read as 106."""
    text = read(paragraph(run("It moved 10"), raised("1"), raised("2"), run(" tons over 5 km"), raised("2"), run(".")))
    noted = read(paragraph(run("It left the union"), raised("3"), run(" on the 1"), raised("st"), run(" of May.")))

    assert text == "It moved 10¹² tons over 5 km²."
    assert noted == "It left the union on the 1st of May."


def test_moved_text_is_read_where_it_went(read):
    old, new = tracked("moveFrom", "Old place."), tracked("moveTo", "New place.")

    assert read(paragraph(old), paragraph(new)) == "New place."


def test_a_paragraph_whose_end_is_deleted_goes_on_in_the_next(read):
    text = read(
        paragraph(run("The seat is "), properties='<w:rPr><w:del w:id="1"/></w:rPr>'), paragraph(run("Strelsau."))
    )

    assert text == "The seat is Strelsau."


def test_content_controls_are_read_in_and_around_paragraphs(read):
    text = read(
        control(paragraph(run("Article 4."))), paragraph(run("Signed by "), control(run("the chancellor")), run("."))
    )

    assert text == "Article 4.\n\nSigned by the chancellor."


def test_a_prompt_to_enter_text_is_no_text(read):
    prompt = control(run("Click here.")).replace("<w:sdtPr/>", "<w:sdtPr><w:showingPlcHdr/></w:sdtPr>")

    assert read(paragraph(run("Signed by "), prompt, run("."))) == "Signed by ."


def test_hidden_text_is_not_read(read):
    hidden = run("secret ").replace("<w:r>", "<w:r><w:rPr><w:vanish/></w:rPr>")

    assert read(paragraph(run("The "), hidden, run("treaty."))) == "The treaty."


def test_a_text_box_is_read_once_behind_its_paragraph(read):
    box = f"<w:txbxContent>{paragraph(run('In the box.'))}</w:txbxContent>"
    both = f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"

    assert read(paragraph(run("Around it"), both, run(" it goes on."))) == "Around it it goes on.\n\nIn the box."


@pytest.mark.parametrize("kind", ["footnote", "endnote"])
def test_notes_are_read_behind_their_paragraph(read, kind):
    def add_notes(document):
        xml = f'<w:{kind}s {nsdecls("w")}><w:{kind} w:type="separator" w:id="0">{paragraph(run("—"))}</w:{kind}><w:{kind} w:id="2">{paragraph(run("120 litres."))}</w:{kind}></w:{kind}s>'
        part = Part(PackURI(f"/word/{kind}s.xml"), "application/xml", xml.encode(), document.part.package)
        document.part.relate_to(part, getattr(RELATIONSHIP_TYPE, f"{kind}s".upper()))

    reference = f'<w:r><w:{kind}Reference w:id="2"/></w:r>'
    text = read(paragraph(run("A barrel"), reference, run(".")), paragraph(run("Next.")), change=add_notes)

    assert text == "A barrel.\n\n120 litres.\n\nNext."


def test_tables_keep_rows_and_cells_also_in_cells(read):
    inner = f"<w:tbl><w:tr>{cell(paragraph(run('a')))}{cell(paragraph(run('b')))}</w:tr></w:tbl>{paragraph()}"
    text = read(f"<w:tbl><w:tr>{cell(paragraph(run('Iran')))}{cell(inner)}</w:tr></w:tbl>")

    assert text == "Iran\ta\tb"


def test_a_merged_cell_speaks_for_every_row_and_a_deleted_row_is_gone(read):
    begins, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    first = f"<w:tr>{cell(paragraph(run('Iran')), begins)}{cell(paragraph(run('41')))}</w:tr>"
    second = f"<w:tr>{cell(paragraph(), goes_on)}{cell(paragraph(run('9')))}</w:tr>"
    deleted = f"<w:tr><w:trPr><w:del w:id='1'/></w:trPr>{cell(paragraph(run('gone')))}</w:tr>"

    assert read(f"<w:tbl>{first}{second}{deleted}</w:tbl>") == "Iran\t41\nIran\t9"


def use_lists(*levels, overrides=""):
    """Give the document one list of these levels, (format, text)."""

    def change(document):
        root = document.part.numbering_part.element
        for child in list(root):
            root.remove(child)
        shown = "".join(
            f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
            for i, (kind, text) in enumerate(levels)
        )
        xml = f'<w:numbering {nsdecls("w")}><w:abstractNum w:abstractNumId="7">{shown}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="7"/>{overrides}</w:num></w:numbering>'
        for child in list(parse_xml(xml)):
            root.append(child)

    return change


def test_lists_show_their_numbers(read):
    text = read(
        numbered("Seat."),
        numbered("Languages."),
        numbered("Latin", level=1),
        numbered("Greek", level=1),
        numbered("Salt."),
        numbered("Iron", level=1),
        change=use_lists(("decimal", "Article %1."), ("lowerLetter", "(%1.%2)")),
    )

    assert text.split("\n\n") == [
        "Article 1. Seat.",
        "Article 2. Languages.",
        "(2.a) Latin",
        "(2.b) Greek",
        "Article 3. Salt.",
        "(3.a) Iron",
    ]


def test_a_list_may_start_anew_at_a_number_of_its_own(read):
    start = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    text = read(
        numbered("a"),
        numbered("b", number=2),
        numbered("c", number=2),
        change=use_lists(("upperRoman", "%1."), overrides=start),
    )

    assert text == "I. a\n\nV. b\n\nVI. c"


def test_a_style_may_number_its_paragraphs(read):
    def change(document):
        use_lists(("decimal", "§ %1"))(document)
        place = parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="1"/></w:numPr>')
        document.styles["Heading 1"].element.pPr.append(place)

    heading = '<w:pStyle w:val="Heading1"/>'
    assert (
        read(paragraph(run("Seat"), properties=heading), paragraph(run("Salt"), properties=heading), change=change)
        == "§ 1 Seat\n\n§ 2 Salt"
    )


def test_bullets_are_no_numbers(read):
    assert read(numbered("Salt"), change=use_lists(("bullet", "\uf0b7"))) == "Salt"


def test_a_document_without_properties_is_called_by_its_file(tmp_path):
    """Regression: python-docx made up the title "Word Document"."""
    document = Document()
    document.add_paragraph("It left.")
    core = next(key for key, one in document.part.package.rels.items() if one.reltype.endswith("core-properties"))
    document.part.package.rels.pop(core)
    document.save(str(tmp_path / "treaty.docx"))

    assert read_records(tmp_path / "treaty.docx")[0].title == "treaty"


@pytest.mark.parametrize(
    ("signs", "shown"),
    [
        ("<w:t>a</w:t><w:tab/><w:t>b</w:t>", "a\tb"),
        ("<w:t>a</w:t><w:cr/><w:t>b</w:t>", "a\nb"),
        ("<w:t>co</w:t><w:noBreakHyphen/><w:t>op</w:t>", "co-op"),
        ("<w:t>sof</w:t><w:softHyphen/><w:t>ter</w:t>", "softer"),
        ('<w:t>x </w:t><w:sym w:font="Symbol" w:char="F0B3"/><w:t>3</w:t>', "x ≥3"),
        ('<w:sym w:font="Symbol" w:char="44"/><w:t>t</w:t>', "Δt"),
        ('<w:sym w:font="Wingdings" w:char="F0FE"/><w:t>yes</w:t>', "☑yes"),
        ('<w:sym w:font="Segoe UI Symbol" w:char="2612"/><w:t>no</w:t>', "☒no"),
        ('<w:rPr><w:rFonts w:ascii="Symbol"/></w:rPr><w:t>\uf044t</w:t>', "Δt"),
        ('<w:rPr><w:rFonts w:ascii="Ours"/></w:rPr><w:t>\uf044t</w:t>', "\uf044t"),
    ],
)
def test_signs_are_read_as_they_are_shown(read, signs, shown):
    signs = signs.replace("<w:t>", '<w:t xml:space="preserve">')

    assert read(paragraph(run("It is "), f"<w:r>{signs}</w:r>")) == f"It is {shown}"


@pytest.mark.parametrize(("font", "code"), [("Webdings", "F04A"), ("Symbol", "nonsense")])
def test_a_sign_that_is_no_letter_is_marked_and_named(tmp_path, read, font, code):
    text = read(paragraph(run("See "), f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>', run(".")))

    assert text == "See \ufffd."
    assert read_records(tmp_path / "a.docx").left_out == [
        f"the sign {code!r} of the font {font!r} is not a letter; it is shown as \ufffd."
    ]


@pytest.mark.parametrize("entity", ['SYSTEM "file:///etc/passwd"', '"salt"'])
def test_an_entity_is_not_expanded_and_the_text_around_it_stays(tmp_path, read, entity):
    """Regression: the rest of a sentence behind an entity was lost, and nothing told it."""
    read(paragraph(run("Who pays PLACE today?")))
    with ZipFile(tmp_path / "a.docx") as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    xml = parts["word/document.xml"].decode().replace("PLACE", "&amp; carries &tax;")
    parts["word/document.xml"] = xml.replace("<w:document", f"<!DOCTYPE w [<!ENTITY tax {entity}>]><w:document", 1)
    with ZipFile(tmp_path / "b.docx", "w") as copy:
        for name, content in parts.items():
            copy.writestr(name, content)

    records = read_records(tmp_path / "b.docx")

    assert records[0].text == "Who pays & carries &tax; today?"
    assert records.left_out == ["word/document.xml declares entities (&tax;), which are not expanded."]


def test_a_document_inside_the_document_is_named(tmp_path, read):
    read(paragraph(run("Before.")), "<w:altChunk></w:altChunk>", paragraph(run("After.")))

    records = read_records(tmp_path / "a.docx")

    assert records[0].text == "Before.\n\nAfter."
    assert records.left_out == ["1 other document in it; open and save it in Word first."]


def test_strict_open_xml_is_read(tmp_path):
    """Regression: python-docx found no document in it."""
    document = Document()
    document.add_paragraph("Ruritania left.")
    document.add_paragraph("in 1911", style="List Number")
    document.save(tmp_path / "a.docx")
    with ZipFile(tmp_path / "a.docx") as given, ZipFile(tmp_path / "b.docx", "w") as strict:
        for name in given.namelist():
            addresses = given.read(name).replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/", b"http://purl.oclc.org/ooxml/officeDocument/"
            )
            strict.writestr(
                name,
                addresses.replace(
                    b"http://schemas.openxmlformats.org/wordprocessingml/2006/",
                    b"http://purl.oclc.org/ooxml/wordprocessingml/",
                ),
            )

    (record,) = read_records(tmp_path / "b.docx")

    assert record.text == "Ruritania left.\n\n1. in 1911"
