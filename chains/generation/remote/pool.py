"""Several servers of one model as one backend; a call that fails is repeated once on another server.

Each server keeps what it learned (window, refused parameters) in its own ``RemoteBackend``. A question is identified by
its LangGraph thread or its trace id. Decision 0501 says why no router library is used.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseLanguageModel, LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableConfig, ensure_config
from langchain_core.runnables.config import get_executor_for_config
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict

from chains.errors import ModelError, ModelUnavailable
from chains.generation.contract import SERVER_LADDER, AttemptRequest, RawText, Sampling
from chains.generation.remote.backend import RemoteBackend
from chains.generation.remote.balancing import Balancer, Choice, ServerFigures
from chains.generation.remote.faults import unavailable
from prompts import RenderedPrompt

Answer = TypeVar("Answer")
_LOG = logging.getLogger(__name__)
_TRIES = 2  # servers that are asked for one call
_RESTARTS_WITHIN = 60.0  # seconds; where no server is left, the next attempt gives one so long to come back


@dataclass(frozen=True)
class Server:
    """One server of a pool.

    Attributes:
        name: what it is called in figures and messages, such as its address.
        check: asks whether it is there and has the model; a ModelError says why not.
    """

    name: str
    llm: BaseLanguageModel[Any]
    check: Callable[[], object]


class ServerPool:
    """Attempts by several servers.

    Args:
        servers: at least one; all have the same model.
        left_out: the numbers of those that did not answer yet.
        clock: returns seconds.
    """

    ladder: Sequence[Sampling] = SERVER_LADDER
    parameters: float | None = None
    adapted: bool = False

    def __init__(
        self, servers: Sequence[Server], left_out: Iterable[int] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._servers = tuple(servers)
        self._backends = [RemoteBackend(one.llm) for one in servers]
        self._balancer = Balancer([one.name for one in servers])
        self._clock = clock
        for server in left_out:
            self._balancer.leave_out(server, clock(), "it did not answer at the beginning")

    def caller(self) -> AbstractContextManager[None]:
        """Nothing waits for the callers of a server."""
        return nullcontext()

    def fits(self, prompt: RenderedPrompt, max_words: int) -> bool:
        """Return whether a prompt leaves room for its answer, whichever server gets it."""
        return all(backend.fits(prompt, max_words) for backend in self._backends)

    def attempt(self, requests: Sequence[AttemptRequest], config: RunnableConfig | None = None) -> list[RawText]:
        """Send each request to a server, concurrently.

        Raises:
            WindowExceeded: as ``RemoteBackend.attempt``.
            ModelUnavailable: neither of two servers brought an answer, or none is left that answers.
        """
        config = ensure_config(config)
        question = _question(config)

        def ask(request: AttemptRequest) -> RawText:
            return self._ask(question, lambda server: self._backends[server].attempt([request], config)[0])

        if len(requests) == 1:
            return [ask(requests[0])]
        with get_executor_for_config(config) as executor:
            return list(executor.map(ask, requests))

    def message(
        self, messages: list[BaseMessage], stop: list[str] | None, config: RunnableConfig, **more: Any
    ) -> BaseMessage:
        """Ask for one message outside the contract; ``more`` is for the server's model, such as tools.

        Raises:
            ModelUnavailable: as ``attempt``.
        """

        def send(server: int) -> BaseMessage:
            try:
                answer = self._servers[server].llm.invoke(messages, config, stop=stop, **more)
            except Exception as error:  # of any library
                if (passing := unavailable(error)) is not None:
                    raise passing from error
                raise
            return answer if isinstance(answer, BaseMessage) else AIMessage(str(answer))

        return self._ask(_question(config), send)

    def figures(self) -> tuple[ServerFigures, ...]:
        """Return what each server did so far."""
        return self._balancer.figures()

    def _ask(self, question: str, send: Callable[[int], Answer]) -> Answer:
        """Send to one server, and to another where it brings no answer."""
        failures: dict[int, ModelUnavailable] = {}
        while len(failures) < _TRIES and (choice := self._next(question, failures)):
            started = self._clock()
            try:
                answer = send(choice.server)
            except ModelUnavailable as error:
                failures[choice.server] = error
                self._leave_out(choice, error)
                continue
            except BaseException:
                self._balancer.ended(choice)
                raise
            tokens = answer.tokens_out if isinstance(answer, RawText) else 0
            self._balancer.answered(choice, self._clock() - started, tokens)
            return answer
        last = next(reversed(failures.values()))
        raise ModelUnavailable(str(last), max(last.retry_after, self._patience())) from last

    def _next(self, question: str, failures: dict[int, ModelUnavailable]) -> Choice | None:
        """Choose a server that has not failed this call; one that failed before has to answer a check first.

        Raises:
            ModelUnavailable: no server is left that answers, and none has failed this call.
        """
        absent: dict[int, ModelUnavailable] = {}
        while choice := self._balancer.take(question, self._clock(), {*failures, *absent}):
            if not choice.check:
                return choice
            try:
                self._servers[choice.server].check()
            except ModelError as error:
                absent[choice.server] = ModelUnavailable(str(error))
                self._leave_out(choice, absent[choice.server])
                continue
            self._balancer.is_back(choice)
            _LOG.warning("the server %s answers again and takes calls", self._servers[choice.server].name)
            return choice
        if failures:
            return None
        raise ModelUnavailable(
            f"none of the {len(absent)} servers answers: {'; '.join(map(str, absent.values()))}",
            retry_after=self._patience(),
        )

    def _patience(self) -> float:
        """Seconds until the next attempt: time for a restart where no server is left, none where one is."""
        left = self._balancer.seconds_left(self._clock())
        return max(left, _RESTARTS_WITHIN) if left else 0.0

    def _leave_out(self, choice: Choice, error: ModelUnavailable) -> None:
        known = bool(self.figures()[choice.server].left_out) and (choice.early or not choice.check)  # it told already
        seconds = self._balancer.failed(choice, self._clock(), str(error), error.retry_after)
        if known:
            return
        name = self._servers[choice.server].name
        goes = "no server is left for" if self._balancer.seconds_left(self._clock()) else "other servers take"
        _LOG.warning("the server %s is left out for %.0f s; %s its calls: %s", name, seconds, goes, error)


class PooledChatModel(BaseChatModel):
    """A LangChain chat model over a pool. Chains use the pool directly.

    Args:
        pool: the servers.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    pool: ServerPool

    @property
    def contract_backend(self) -> ServerPool:
        """What makes its attempts."""
        return self.pool

    @property
    def _llm_type(self) -> str:
        return "server-pool"

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **more: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Let the model call tools, whichever server answers."""
        chosen = {"tool_choice": tool_choice} if tool_choice else {}
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **chosen, **more)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - LangChain's signature
        **more: Any,
    ) -> ChatResult:
        message = self.pool.message(messages, stop, ensure_config(), **more)
        return ChatResult(generations=[ChatGeneration(message=message)])


def figures_of(llm: BaseLanguageModel[Any]) -> tuple[ServerFigures, ...]:
    """Return what each server of a model did so far; empty if the model is not a pool."""
    backend = getattr(llm, "contract_backend", None)
    return backend.figures() if isinstance(backend, ServerPool) else ()


def _question(config: RunnableConfig) -> str:
    """Return what the calls of one question have in common, or ""."""
    told = config.get("metadata") or {}
    return str(told.get("thread_id") or told.get("session_id") or "")
