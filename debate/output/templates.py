"""The environment of every template: values are escaped, and a value that is missing is an error."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def templates_in(package: str, folder: str = ".", **options: Any) -> Environment:
    """Return the templates in a folder of a package."""
    loader = PackageLoader(package, folder)
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, **options
    )
