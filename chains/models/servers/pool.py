"""Several servers of one model: ``http://a:8000/v1#name,http://b:8000/v1#name``.

All are checked before the first question. One that does not answer is left out and checked again during the run.
"""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import combinations
from typing import Any

from langchain_core.language_models import BaseLanguageModel

from chains.errors import ModelError, OtherModel
from chains.generation.remote.pool import PooledChatModel, Server, ServerPool
from chains.models.servers.address import Address, parse_address
from chains.models.servers.server import TIMEOUT, ServerModel, chat_model, check_server

_LOG = logging.getLogger(__name__)


def load_servers(names: Sequence[str], timeout: float = TIMEOUT) -> BaseLanguageModel[Any]:
    """Return one chat model over all servers that these names list; warn of those that do not answer.

    Raises:
        ModelError: an address is wrong or repeated, the servers have different models, or none of them answers.
        MissingExtra: langchain-openai is not installed.
    """
    there, absent = check_servers(names)
    for error in absent.values():
        _LOG.warning("the run starts without one of its servers, which is tried again later: %s", error)
    for told in there.values():
        if told.doubt:
            _LOG.warning(told.doubt)
    servers = [
        Server(one.url, chat_model(one, there.get(one, ServerModel()), timeout), partial(_check_again, one, there))
        for one in (*there, *absent)
    ]
    return PooledChatModel(pool=ServerPool(servers, left_out=range(len(there), len(servers))))


def check_servers(names: Sequence[str]) -> tuple[dict[Address, ServerModel], dict[Address, ModelError]]:
    """Ask all servers, and return what those that answer say about their model, and why others do not answer.

    Raises:
        ModelError, MissingExtra: as ``load_servers``.
    """
    addresses = [parse_address(name) for name in names]
    _check_one_model(addresses)
    with ThreadPoolExecutor(len(addresses)) as pool:
        asked = list(pool.map(_told, addresses))
    there = {one: told for one, told in zip(addresses, asked, strict=True) if isinstance(told, ServerModel)}
    absent = {one: error for one, error in zip(addresses, asked, strict=True) if isinstance(error, ModelError)}
    if not there:
        raise ModelError(f"none of the {len(addresses)} servers can be used: {'; '.join(map(str, absent.values()))}")
    _check_same_weights(there)
    return there, absent


def _told(address: Address) -> ServerModel | ModelError:
    try:
        return check_server(address)
    except OtherModel:  # which no waiting changes
        raise
    except ModelError as error:
        return error


def _check_again(address: Address, known: Mapping[Address, ServerModel]) -> None:
    """Check a server that did not answer: one that was started again may have another model under the same name."""
    _check_same_weights({**known, address: check_server(address)})


def _check_one_model(addresses: Sequence[Address]) -> None:
    names = list(dict.fromkeys(one.model for one in addresses))
    if len(names) > 1:
        raise ModelError(
            f"the servers of one run have one model, and these have {names[0]!r} and {names[1]!r}; give the same name "
            "behind each #, or a run for each model"
        )
    urls = [one.url.rstrip("/") for one in addresses]
    repeated = next((url for url in urls if urls.count(url) > 1), "")
    if repeated:
        raise ModelError(f"the server at {repeated} is named twice; name it once")


def _check_same_weights(there: Mapping[Address, ServerModel]) -> None:
    for (one, told), (other, told_there) in combinations(there.items(), 2):
        for name in told.facts.keys() & told_there.facts.keys():
            if told.facts[name] != told_there.facts[name]:
                raise ModelError(
                    f"the servers at {one.url} and {other.url} have different models under the name {one.model!r} "
                    f"({name} is {told.facts[name]} and {told_there.facts[name]}); start both with the same one"
                )
