"""Check what a host program passes to a public function against the function's annotations.

A wrong type is told where it is given, in one line, and not where it fails later. Only types are checked, strictly and
without conversion: values stay what they are, and the function itself checks their range.
"""

import inspect
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, wraps
from numbers import Integral, Real
from typing import Any, ParamSpec, TypeVar, get_args, get_type_hints

from pydantic import ConfigDict, ValidationError, create_model

Given = ParamSpec("Given")
Made = TypeVar("Made")

_MODULE = re.compile(r"\b(?:\w+\.)+(?=\w)")
_LONGEST = 60  # signs of a wrong value


def checked(
    error: type[Exception], *, leave: Collection[str] = ()
) -> Callable[[Callable[Given, Made]], Callable[Given, Made]]:
    """Decorate a function: an argument of a wrong type is raised as ``error``.

    Args:
        leave: arguments that the function checks itself.
    """

    def decorated(function: Callable[Given, Made]) -> Callable[Given, Made]:
        arguments = cache(lambda: _Arguments(function, leave))  # on the first call, to keep the import fast

        @wraps(function)
        def call(*args: Given.args, **kwargs: Given.kwargs) -> Made:
            if wrong := arguments().problem(args, kwargs):
                raise error(f"{function.__name__}: {wrong}")
            return function(*args, **kwargs)

        return call

    return decorated


class _Arguments:
    """The arguments of a function; keywords that are typed by a TypedDict count one by one."""

    def __init__(self, function: Callable[..., Any], leave: Collection[str]) -> None:
        self._function = function
        self._signature = inspect.signature(function)
        kinds = {name: parameter.kind for name, parameter in self._signature.parameters.items()}
        self._keywords = next((name for name, kind in kinds.items() if kind is inspect.Parameter.VAR_KEYWORD), "")
        self._hints = {name: hint for name, hint in self._typed().items() if name not in leave}
        config = ConfigDict(arbitrary_types_allowed=True, strict=True)
        exact = self._typed(include_extras=True)
        fields: Any = {f"of_{name}": (exact[name], None) for name in self._hints}
        self._model = create_model("Arguments", __config__=config, **fields)

    def _typed(self, *, include_extras: bool = False) -> dict[str, Any]:
        hints = get_type_hints(self._function, include_extras=include_extras)
        options = get_args(hints.pop(self._keywords))[0] if self._keywords else object
        more = get_type_hints(options, include_extras=include_extras)
        return {name: hint for name, hint in {**hints, **more}.items() if name != "return"}

    def problem(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
        """Say which argument is of a wrong type; "" if none is, or Python itself will refuse the call."""
        try:
            bound = self._signature.bind(*args, **kwargs).arguments
        except TypeError:
            return ""
        more = bound.pop(self._keywords, {})
        if unknown := next((name for name in more if name not in self._hints), None):
            raise TypeError(f"{self._function.__name__}() got an unexpected keyword argument {unknown!r}")
        given = {name: _plain(value) for name, value in {**bound, **more}.items() if name in self._hints}
        return next((self._told(name, given[name], wrong) for name, wrong in self._wrong(given)), "")

    def _wrong(self, given: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """Arguments of a wrong type, each with the value that is wrong: the argument or something in it."""
        try:
            read = self._model(**{f"of_{name}": value for name, value in given.items()})
        except ValidationError as error:
            errors = [one for one in error.errors() if one["type"] != "literal_error"]
            wrong = [(str(one["loc"][0]).removeprefix("of_"), one["input"]) for one in errors]
            return [(name, value) for name, value in wrong if not _acts_as(self._hints[name], value)]
        # Pydantic makes its own types of mappings, however strict it is.
        mappings = [name for name, value in given.items() if isinstance(value, Mapping)]
        return [(name, given[name]) for name in mappings if not isinstance(getattr(read, f"of_{name}"), Mapping)]

    def _told(self, name: str, given: Any, wrong: Any) -> str:
        hint = inspect.formatannotation(self._hints[name])
        among = "" if wrong is given else f" in a {type(given).__name__}"
        return f"{name} must be {_MODULE.sub('', hint)}, got {_shown(wrong)}{among}"


def _acts_as(hint: Any, value: Any) -> bool:
    """Whether a value has the methods that an interface of the hint asks for, such as embeddings of a host's own."""
    asked = [getattr(one, "__abstractmethods__", ()) for one in (hint, *get_args(hint)) if isinstance(one, type)]
    return any(names and all(callable(getattr(value, name, None)) for name in names) for names in asked)


def _plain(value: Any) -> Any:
    """A number, mapping or list of a type of its own as Python's, since pydantic would refuse it or call that type."""
    if isinstance(value, Real) and type(value).__module__ != "builtins":
        return int(value) if isinstance(value, Integral) else float(value)
    if isinstance(value, Mapping):
        return value if type(value) is dict else dict(value)
    is_own = isinstance(value, Sequence) and not isinstance(value, str | bytes | tuple)
    return list(value) if is_own and type(value) is not list else value


def _shown(value: Any) -> str:
    if isinstance(value, str | bytes):
        return repr(value[:_LONGEST])
    if isinstance(value, int | float) or value is None:
        return repr(value)
    return value.__name__ if isinstance(value, type) else type(value).__name__
