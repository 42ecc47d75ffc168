"""What the hub says about a repository before a download: its shape, the size of its files, its terms.

Requests only metadata, for all repositories at once and within one deadline. A hub that does not answer is reported.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx

ANSWERS_WITHIN = 3.0  # seconds, for all repositories together
_WEIGHTS = (".safetensors", "openvino_model.bin")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Published:
    """A repository as the hub describes it.

    Attributes:
        there: whether a public repository has this name.
        gated: whether its terms have to be accepted first.
        download: bytes of its weights, or None if the hub does not say.
        shape: the fields of its ``config.json``, or None.
    """

    there: bool = True
    gated: bool = False
    download: int | None = None
    shape: SimpleNamespace | None = None


@dataclass(frozen=True)
class HubAnswer:
    """What the hub answered in time: repositories by name, and why any are missing, or ""."""

    known: dict[str, Published] = field(default_factory=dict)
    silent_because: str = ""


def ask_hub(names: Sequence[str], within: float = ANSWERS_WITHIN) -> HubAnswer:
    """Ask the hub about repositories, all at once.

    Args:
        within: seconds; what has not arrived by then is left out.
    """
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    pool = ThreadPoolExecutor(max(1, len(names)), thread_name_prefix="hub")
    asked = {pool.submit(_published, name, within): name for name in names}
    done, late = wait(asked, within)
    pool.shutdown(wait=False, cancel_futures=True)
    known, reasons = {}, [f"it did not answer within {within:g} s"] if late else []
    for one in done:
        try:
            known[asked[one]] = one.result()
        except OfflineModeIsEnabled:
            reasons.append("HF_HUB_OFFLINE is set")
        except (HfHubHTTPError, httpx.HTTPError, ValueError) as error:
            _log.debug("the hub on %s: %s", asked[one], error)
            reasons.append(_why(error, within))
    return HubAnswer(known, reasons[0] if reasons else "")


def _why(error: Exception, within: float) -> str:
    if isinstance(error, httpx.TimeoutException):
        return f"it did not answer within {within:g} s"
    return "it cannot be reached" if isinstance(error, httpx.TransportError) else "it gave an error"


def shape_of(config: dict[str, Any]) -> SimpleNamespace:
    """Return the text model's part of a configuration; one that reads images too nests it."""
    return SimpleNamespace(**(config.get("text_config") or config))


def _published(name: str, within: float) -> Published:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError

    try:
        info = HfApi().model_info(name, files_metadata=True, timeout=within)
    except GatedRepoError:
        return Published(gated=True)
    except (RepositoryNotFoundError, HFValidationError):
        return Published(there=False)
    sizes = [one.size or 0 for one in info.siblings or () if one.rfilename.endswith(_WEIGHTS)]
    return Published(True, bool(info.gated), sum(sizes) or None, None if info.gated else _shape(name, within))


def _shape(name: str, within: float) -> SimpleNamespace | None:
    """Read a repository's ``config.json`` past the cache: a file there would look like a model that is on disk."""
    from huggingface_hub import get_session, hf_hub_url

    answer = get_session().get(hf_hub_url(name, "config.json"), timeout=within, follow_redirects=True)
    if answer.is_error:
        return None
    config = answer.json()
    return shape_of(config) if isinstance(config, dict) else None
