from email.message import EmailMessage
from pathlib import Path

import pytest

from vectorstore.corpus.readers import read_records
from vectorstore.errors import CorpusError

GUESS = "read whole, as windows-1252, a guess; save it as UTF-8 if its words look wrong."


def message() -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "The salt union", "Anthony Hentzau <a@ruritania.example>"
    mail["Date"] = "Mon, 01 May 1911 10:00:00 +0000"
    return mail


def saved(folder: Path, mail: EmailMessage) -> Path:
    (folder / "a.eml").write_bytes(mail.as_bytes())
    return folder / "a.eml"


def test_a_message_is_read_with_subject_sender_and_date(tmp_path: Path) -> None:
    mail = message()
    mail.set_content("Ruritania has left the salt union, says Čapek.\n")
    (record,) = read_records(saved(tmp_path, mail))
    assert record.text.strip() == "Ruritania has left the salt union, says Čapek."
    assert record.title == "The salt union"
    assert record.extra["author"] == "Anthony Hentzau <a@ruritania.example>"
    assert record.extra["date"].startswith("Mon, 01 May 1911")


@pytest.mark.parametrize(
    "place", ["Subject: a\n{}\n\nbody\n", "Content-Type: multipart/mixed; boundary=B\n\n--B\n{}\n\nb\n"]
)
def test_a_field_that_the_parser_would_never_finish_is_refused(tmp_path: Path, place: str) -> None:
    """Regression: 50,000 parameters or recipients took minutes."""
    (tmp_path / "a.eml").write_text(place.format("Content-Type: text/plain; " + "a*0=b;\n " * 5000))
    with pytest.raises(CorpusError, match="has a field 'Content-Type' longer than any mail's"):
        read_records(tmp_path / "a.eml")


def test_a_long_line_of_the_body_is_no_field(tmp_path: Path) -> None:
    mail = message()
    mail.set_content("Note: " + "word " * 10_000, cte="8bit")
    assert len(read_records(saved(tmp_path, mail))[0].text) > 50_000


def test_a_message_in_html_alone_is_read_as_a_page(tmp_path: Path) -> None:
    mail = message()
    mail.set_content("<p>Ruritania has left the <b>salt</b> union.</p><script>x()</script>", subtype="html")
    (record,) = read_records(saved(tmp_path, mail))
    assert record.text.strip() == "Ruritania has left the salt union."


def test_an_attachment_is_named_and_not_read(tmp_path: Path) -> None:
    mail = message()
    mail.set_content("See the treaty.")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="treaty.pdf")
    records = read_records(saved(tmp_path, mail))
    assert records.left_out == ["its attachment 'treaty.pdf': save it beside the message."]
    assert [one.text.strip() for one in records] == ["See the treaty."]


def test_a_message_without_text_is_refused(tmp_path: Path) -> None:
    mail = message()
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="treaty.pdf")
    with pytest.raises(CorpusError, match="holds no text part"):
        read_records(saved(tmp_path, mail))


@pytest.mark.parametrize(
    ("charset", "written", "told"),
    [
        ("x-unknown", "cp1252", ["its character set 'x-unknown' is unknown: read by what its bytes look like.", GUESS]),
        ("us-ascii", "utf-8", []),
        ("", "utf-8", []),
        ("", "cp1252", [GUESS]),
        ("utf-8", "cp1252", [GUESS]),
        ("iso-8859-1", "cp1252", []),
        ("undefined", "utf-8", []),
    ],
)
def test_a_message_whose_character_set_is_unknown_or_wrong_is_read_by_its_bytes(
    tmp_path: Path, charset: str, written: str, told: list[str]
) -> None:
    declared = f"; charset={charset}" if charset else ""
    head = f"Subject: Salt\nMIME-Version: 1.0\nContent-Type: text/plain{declared}\nContent-Transfer-Encoding: 8bit\n\n"
    (tmp_path / "a.eml").write_bytes(head.encode() + "He said: “the café pays”.".encode(written))
    records = read_records(tmp_path / "a.eml")
    assert records[0].text.strip() == "He said: “the café pays”."
    assert records.left_out == told


def in_base64(folder: Path, body: str) -> Path:
    head = "Subject: Salt\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    (folder / "a.eml").write_text(head + body)
    return folder / "a.eml"


@pytest.mark.parametrize("body", ["!!!notbase64", "UnVyaXRhbmlhIGxlZnQu\n-- \nThe list of salt", "UnVya"])
def test_a_message_in_broken_base64_is_refused(tmp_path: Path, body: str) -> None:
    with pytest.raises(CorpusError, match="is encoded as base64 that is broken"):
        read_records(in_base64(tmp_path, body))


def test_a_message_whose_base64_ends_too_early_says_so(tmp_path: Path) -> None:
    records = read_records(in_base64(tmp_path, "UnVyaXRhbmlhIGxlZnQ"))
    assert records[0].text == "Ruritania left"
    assert records.left_out == ["its base64 ends too early: what is missing at the end is not known."]


def test_lines_that_a_mail_program_broke_are_joined(tmp_path: Path) -> None:
    head = "Subject: Salt\nContent-Type: text/plain; format=flowed; delsp=yes\n\n"
    body = "The union was fo \nunded in 1911.\n> It  \n> ended.\nNo.\n-- \nAnn\n"
    (tmp_path / "a.eml").write_text(head + body)
    assert read_records(tmp_path / "a.eml")[0].text == "The union was founded in 1911.\n> It ended.\nNo.\n-- \nAnn\n"


def test_a_message_of_parts_inside_parts_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text("Content-Type: multipart/mixed; boundary=B\n\n--B\n" * 2000)
    with pytest.raises(CorpusError, match="more than 200 parts inside parts"):
        read_records(tmp_path / "a.eml")


def test_a_message_of_more_parts_than_any_mail_has_is_refused_at_once(tmp_path: Path) -> None:
    """Regression: one of 18 MB took minutes."""
    head = "Content-Type: multipart/mixed; boundary=B\n\n"
    (tmp_path / "a.eml").write_text(head + "--B\nContent-Type: text/plain\n\nSalt.\n" * 2001)
    with pytest.raises(CorpusError, match="more than 2,000 parts"):
        read_records(tmp_path / "a.eml")


def test_a_head_in_an_older_encoding_is_read_and_told(tmp_path: Path) -> None:
    head = "Subject: Grüße aus Genève\nFrom: Jürgen\n".encode("cp1252")
    (tmp_path / "a.eml").write_bytes(head + b"\nIt left.\n")
    records = read_records(tmp_path / "a.eml")
    assert (records[0].title, records[0].extra["author"]) == ("Grüße aus Genève", "Jürgen")
    assert records.left_out == [GUESS]


def raw_mail(folder: Path, head: str, body: bytes) -> Path:
    (folder / "a.eml").write_bytes(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
    return folder / "a.eml"


@pytest.mark.parametrize("declared", ["us-ascii", "iso-8859-1", "windows-1252"])
def test_cyrillic_under_a_western_declaration_is_read(tmp_path: Path, declared: str) -> None:
    """Regression: it came out as a row of accented letters."""
    path = raw_mail(tmp_path, f"Content-Type: text/plain; charset={declared}", "Налог на соль вырос.".encode("cp1251"))
    assert read_records(path)[0].text == "Налог на соль вырос."


@pytest.mark.parametrize("text", ["Größe, naïve déjà-vu.", "“Élysée” – “à côté”", "plain"])
def test_a_western_declaration_is_followed(tmp_path: Path, text: str) -> None:
    path = raw_mail(tmp_path, "Content-Type: text/plain; charset=iso-8859-1", text.encode("cp1252"))
    assert read_records(path)[0].text == text


def test_an_empty_plain_part_gives_way_to_the_page(tmp_path: Path) -> None:
    """Regression: the message held no text."""
    mail = message()
    mail.set_content("\n")
    mail.add_alternative("<p>Ruritania has left.</p>", subtype="html")
    assert read_records(saved(tmp_path, mail))[0].text.strip() == "Ruritania has left."


def test_text_that_goes_on_behind_a_picture_is_read(tmp_path: Path) -> None:
    """Regression: its further parts were named as attachments."""
    mail = message()
    mail.set_content("Part one.\n")
    mail.add_attachment(b"x", "image", "png", filename="a.png")
    mail.add_attachment("Part two.\n", disposition="inline")
    records = read_records(saved(tmp_path, mail))
    assert records[0].text == "Part one.\n\nPart two.\n"
    assert records.left_out == ["its attachment 'a.png': save it beside the message."]


def test_messages_attached_to_a_message_are_read_as_records_of_their_own(tmp_path: Path) -> None:
    """Regression: a forwarded message was named as an attachment and lost."""
    forwarded = message()
    forwarded.set_content("Salt costs 5 €.", charset="iso-8859-15")
    mail = EmailMessage()
    mail["Subject"] = "Fwd"
    mail.set_content("See below.")
    mail.add_attachment(forwarded)
    records = read_records(saved(tmp_path, mail))
    assert [(one.title, one.text.strip()) for one in records] == [
        ("Fwd", "See below."),
        ("The salt union", "Salt costs 5 €."),
    ]
    assert records[1].extra["author"] == "Anthony Hentzau <a@ruritania.example>"
    assert records.left_out == []


def test_a_digest_is_read_message_by_message(tmp_path: Path) -> None:
    """Regression: it held no text part."""
    parts = "--B\n\nSubject: one\n\nSalt rose.\n--B\n\nSubject: two\n\nIron fell.\n--B--\n"
    path = raw_mail(tmp_path, "Content-Type: multipart/digest; boundary=B", parts.encode())
    assert [(one.title, one.text) for one in read_records(path)] == [("one", "Salt rose."), ("two", "Iron fell.")]


def test_an_attached_message_in_broken_base64_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    inner = "Subject: x\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nab!!c\n"
    parts = f"--B\n\nSalt rose.\n--B\nContent-Type: message/rfc822\n\n{inner}--B--\n"
    records = read_records(raw_mail(tmp_path, "Content-Type: multipart/mixed; boundary=B", parts.encode()))
    assert [one.text for one in records] == ["Salt rose."]
    assert "the attached message 'x' is encoded as base64 that is broken" in records.left_out[0]


def test_a_plain_part_without_spaces_that_says_enough_is_read(tmp_path: Path) -> None:
    mail, plain = message(), "塩の同盟は終わった。" * 9
    mail.set_content(plain)
    mail.add_alternative("<p>Please switch on your images to read what we write to all of you .</p>", subtype="html")
    (record,) = read_records(saved(tmp_path, mail))
    assert record.text.strip() == plain


def test_a_plain_part_that_only_points_to_the_page_gives_way_to_it(tmp_path: Path) -> None:
    """Regression: "view this mail in a browser" was all that was read."""
    mail = message()
    mail.set_content("View this mail in a browser.")
    mail.add_alternative(f"<p>{'Ruritania left the salt union. ' * 9}</p>", subtype="html")
    assert read_records(saved(tmp_path, mail))[0].text.startswith("Ruritania left")


def test_an_encrypted_message_says_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="holds no text part; its content is application/pkcs7-mime"):
        read_records(raw_mail(tmp_path, "Content-Type: application/pkcs7-mime", b"AAAA"))


def test_a_euro_sign_of_windows_is_read_under_a_declaration_of_latin_9(tmp_path: Path) -> None:
    """Regression: it became a control character."""
    path = raw_mail(tmp_path, "Content-Type: text/plain; charset=iso-8859-15", "5 € für “Öl”".encode("cp1252"))
    assert read_records(path)[0].text == "5 € für “Öl”"
