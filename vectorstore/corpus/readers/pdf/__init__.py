"""Text of PDF files, column after column."""
