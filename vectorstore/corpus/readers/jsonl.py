"""JSON lines: one object per line. A line that is not one is left out and listed."""

import json
from pathlib import Path

from vectorstore.corpus.encodings import decode
from vectorstore.corpus.readers.records import Records, field_record, parse_json
from vectorstore.corpus.readers.wording import shortened
from vectorstore.corpus.rows import check_rows


def read_jsonl(path: Path) -> Records:
    """Read a file of JSON objects with a `text` key or any others.

    Raises:
        CorpusError: it has too many lines; see `check_rows`.
    """
    text, told = decode(path.read_bytes())
    check_rows(text.rstrip().count("\n"), len(text))
    records = Records(left_out=told)
    # Only \n and \r\n end a line: JSON allows Unicode's other line ends inside a text.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        if "\\u0000" in line.replace("\\\\", ""):
            records.left_out.append(f"line {number} holds a zero byte (\\u0000), so it is not valid text.")
            continue
        try:
            fields, repeated = parse_json(line)
        except json.JSONDecodeError as error:
            records.left_out.append(f"line {number} is not JSON: {error.msg}.")
            continue
        except RecursionError:
            records.left_out.append(f"line {number} is nested too deeply.")
            continue
        if not isinstance(fields, dict):
            records.left_out.append(f'line {number} is not an object, such as {{"text": "…"}}.')
            continue
        if repeated:
            names = ", ".join(shortened([repr(name) for name in dict.fromkeys(repeated)]))
            records.left_out.append(f"line {number} has keys twice ({names}): the first of each is read as that key.")
        records.append(field_record(fields.items(), number, path.stem))
    return records
