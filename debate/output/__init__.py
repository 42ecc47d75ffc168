"""The files that a reader opens after a run: workbook, tables in other formats, HTML report."""
