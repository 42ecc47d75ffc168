"""Which model runs, and how."""

from pydantic import BaseModel, ConfigDict, Field

from chains.models.kinds import Backend
from chains.models.servers.server import TIMEOUT


class ModelSettings(BaseModel):
    """Which model, and how it runs.

    Attributes:
        name: ``smollm2``, a repository, a folder, or ``http://host:port/v1#model``; several servers of one model
            with commas between.
        backend: ``auto`` takes unsloth where there is a GPU and it is installed, OpenVINO for the bundled model
            where that is installed and for a model that was converted for it (a folder, or a repository whose name
            ends with ``-ov``), transformers otherwise. ``openvino`` converts any model once, to 8-bit weights, and
            runs it on the CPU.
        load_in_4bit: quantise on loading (GPU only).
        max_seq_length: tokens of prompt and answer together; None takes what the model offers, up to 8192.
        batch_size: rows generated together at most; halved when memory runs out. None takes 32 with OpenVINO,
            8 with transformers on a CPU, and on a GPU as many as its free memory holds, up to 128.
        timeout: seconds to wait for a server's next words.
        trust_remote_code: run code that comes with a model. Off unless you know the author.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, protected_namespaces=())

    name: str = "smollm2"
    backend: Backend = "auto"
    load_in_4bit: bool = True
    max_seq_length: int | None = Field(default=None, ge=256)
    batch_size: int | None = Field(default=None, ge=1)
    seed: int = 0
    timeout: float = Field(default=TIMEOUT, gt=0)
    trust_remote_code: bool = False
