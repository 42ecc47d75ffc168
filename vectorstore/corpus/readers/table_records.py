"""A table → records, a row each. Every cell is kept; one that cannot be read is named with its row."""

from vectorstore.corpus.readers.records import Records, field_record
from vectorstore.corpus.readers.wording import shortened
from vectorstore.corpus.tables import Table


def table_records(table: Table, stem: str, where: str = "") -> Records:
    """Turn rows into records: the text column, or every filled cell as a `name: value` line.

    Args:
        stem: the title of a record, where neither a column nor a line above the table gives one.
        where: the sheet, as in "sheet 'Votes', ", for what is left out.
    """
    records = Records()
    faults = []
    for row in table.rows:
        faults += [f"row {row.number}, {table.name(column)}: {why}" for column, why in row.faults.items()]
        if row.filled:
            records.append(field_record(table.fields(row), row.number - table.header_row, table.title or stem))
    records.left_out += [f"{where}{one}" for one in shortened(faults)]
    return records
