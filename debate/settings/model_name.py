"""A model as settings name it: never with a password, which they would keep and show."""

from typing import Annotated

from pydantic import AfterValidator

from chains.errors import ModelError
from chains.models.servers.address import refuse_password
from debate.errors import SettingsError


def _without_password(name: str) -> str:
    try:
        refuse_password(name)
    except ModelError as error:
        raise SettingsError(str(error)) from error
    return name


ModelName = Annotated[str, AfterValidator(_without_password)]
