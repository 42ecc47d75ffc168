"""What names an index: a folder or a table, and never with a password."""

from pathlib import Path

import pytest

from debate.errors import SettingsError
from debate.settings.address import checked_place, is_table
from vectorstore.errors import StoreError
from vectorstore.store.postgres.session import PgAddress


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:hunter2@db/corpora/speeches",
        "postgresql+psycopg://me:hunter2@db/corpora/speeches",
        "postgresql://db/corpora/speeches?password=hunter2",
        "postgresql://db/corpora/speeches?sslmode=require&sslpassword=hunter2",
        "postgresql://db/corpora/speeches?p%61ssword=hunter2",
        "postgresql://me:half/hunter2@db/corpora/speeches",
        "postgresql://me:half#hunter2@db/corpora/speeches",
        "postgresql://me:half?hunter2@db/corpora/speeches",
        "http://me:hunter2@db/corpora",
    ],
)
def test_a_password_is_refused_wherever_it_stands_and_not_repeated(address: str) -> None:
    with pytest.raises(SettingsError, match="contains a password") as told:
        checked_place(address)
    assert "hunter2" not in str(told.value)


def test_a_password_with_the_signs_that_end_it_is_in_no_message_of_the_store() -> None:
    """Regression: what stood behind the "/" was shown as the address' path."""
    with pytest.raises(StoreError, match="is not the address of a table") as told:
        PgAddress.parse("postgresql://me:half/hunter2@db/corpora")
    assert "hunter2" not in str(told.value)


def test_an_address_in_another_programs_form_is_no_folder() -> None:
    address = "postgresql+psycopg://db/corpora/speeches"
    assert is_table(address)
    with pytest.raises(StoreError, match="is not the address of a table"):
        PgAddress.parse(address)


def test_an_address_that_cannot_be_read_is_an_error_in_one_line() -> None:
    with pytest.raises(SettingsError, match="cannot be read: Invalid IPv6 URL"):
        checked_place("postgresql://me@[::1/corpora/speeches")


@pytest.mark.parametrize("place", ["myindex", "//[x", "postgresql", "C:/index"])
def test_anything_else_is_a_path(place: str) -> None:
    assert checked_place(place) == Path(place)
