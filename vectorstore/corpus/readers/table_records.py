"""Tables → records, a row each. Every cell is kept; one that cannot be read is named with its row."""

from collections.abc import Sequence

from vectorstore.corpus.readers.records import Records, field_record
from vectorstore.corpus.readers.wording import rows, shortened
from vectorstore.corpus.tables import Table


def table_records(tables: Sequence[Table], stem: str) -> Records:
    """Turn the rows of one sheet's tables into records: the text column, or every filled cell as a `name: value` line.

    Args:
        stem: the title of a record, where neither a column nor a line above the table gives one.
    """
    records = Records()
    faults = []
    for table in tables:
        for row in table.rows:
            faults += [f"row {row.number}, {table.name(column)}: {why}" for column, why in row.faults.items()]
            if row.filled:
                # Rows count from the first header, so that a number stands for one row of the sheet.
                place = row.number - tables[0].header_row
                records.append(field_record(table.fields(row), place, table.title or stem))
        records.left_out += in_doubt(table)
    records.left_out += shortened(faults)
    return records


def in_doubt(table: Table) -> list[str]:
    """Tell the rows of a table that may be the header of another."""
    where = f"{rows(table.doubtful)}, below a blank row, read under the header of row {table.header_row}"
    return [f"{where}: another table? Part them."] if table.doubtful else []
