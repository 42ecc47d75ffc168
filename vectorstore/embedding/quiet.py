"""What model libraries print while they load, which says nothing to a reader."""

import logging
import sys


def silence_loading() -> None:
    """Turn off transformers' progress bars and remarks, and what bitsandbytes advises about 4-bit weights on CPUs."""
    # It warns as soon as transformers imports it, on some CPUs; here weights are in 4 bits on GPUs only.
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
    from transformers.utils import logging as transformers_logging

    # One of the remarks, the loading report, names a buffer of old BERT checkpoints that no longer exists.
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()


def silence_openvino() -> None:
    """Before they are imported: keep OpenVINO and NNCF from reporting how they are used, and optimum from remarks."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    from optimum.utils import logging as optimum_logging

    # It advises to save what is exported, which is done here, and says that it guesses what it guesses right.
    optimum_logging.set_verbosity_error()
