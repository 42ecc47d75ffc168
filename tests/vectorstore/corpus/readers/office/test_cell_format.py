"""Number formats: a value is read as its cell shows it."""

import pytest
from openpyxl.utils.datetime import CALENDAR_WINDOWS_1900

from vectorstore.corpus.readers.office.cell_format import shown

ACCOUNTING = '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)'
NOON = 4141.5  # of the third of May, 1911


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (1234, "00000", "01234"),
        (123456789, "000-00-0000", "123-45-6789"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (0.5, "#.##", ".5"),
        (0, "0.00;-0.00;none", "none"),
        (-5, "0.0;0.0", "5.0"),
        (-0.3, "0", "0"),
        (2, '[<1]0.00;[>=5]0" big";0', "2"),
        (5, '[<1]0.00;[>=5]0" big";0', "5 big"),
        (-1234.5, ACCOUNTING, "$(1,234.50)"),
        (0, ACCOUNTING, "$-"),
        (5, 'General" kg"', "5 kg"),
        (-2, "0;;;@", ""),
        (0.00012, "##0.0E+0", "1.2E-4"),
        (1e300, "0%", "1e+300"),
        (5, "0" * 1000, "5"),
    ],
)
def test_a_number_is_read_as_it_is_shown(value, number_format, text):
    assert shown(value, number_format, CALENDAR_WINDOWS_1900) == text


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (NOON, "dd/mm/yyyy", "03/05/1911"),
        (NOON, "[$-409]dddd, mmmm d, yy", "Wednesday, May 3, 11"),
        (NOON, "mmmmm-yyyy", "M-1911"),
        (NOON, 'yyyy"年"m"月"d"日"', "1911年5月3日"),
        (NOON, "d.m.yyyy h:mm AM/PM;@", "3.5.1911 12:00 PM"),
        (NOON, "[$-407]d. mmmm yyyy", "1911-05-03 12:00:00"),  # German names
        (NOON, "[$-F800]dddd, mmmm dd, yyyy", "1911-05-03 12:00:00"),  # the reader's own order
        (0.25, "[$-F400]h:mm:ss AM/PM", "06:00:00"),
        (0.378, "hh:mm:ss.00", "09:04:19.20"),
        (0.99999, "h:mm", "23:59"),
        (1.25, "[h]:mm:ss", "30:00:00"),
        (-1.25, "[mm]:ss", "-1800:00"),
        (1e-5, "[s].00", "0.86"),
        (3000000, "d/m/yyyy", "3000000"),
        (-1, "d/m/yyyy", "-1"),
    ],
)
def test_a_date_is_read_as_it_is_shown(value, number_format, text):
    assert shown(value, number_format, CALENDAR_WINDOWS_1900) == text


def test_a_format_with_as_many_decimals_as_spreadsheets_allow_is_read() -> None:
    assert shown(0.5, "0." + "0" * 30, CALENDAR_WINDOWS_1900) == "0.5" + "0" * 29
