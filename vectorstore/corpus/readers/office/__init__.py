"""Word documents and Excel workbooks, read from their XML."""
