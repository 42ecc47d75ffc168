"""Everything a reader opens after a run: the workbook, tables in other formats, and the HTML report."""
