"""The names of what runs a model. Names only: this costs nothing to import."""

from typing import Literal

Backend = Literal["auto", "openvino", "transformers", "unsloth"]
