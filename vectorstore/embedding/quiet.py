"""What model libraries print while they load, which says nothing to a reader."""

import logging


def silence_loading() -> None:
    """Turn off transformers' progress bars and remarks, and what bitsandbytes advises about 4-bit weights on CPUs."""
    # It warns as soon as transformers imports it, on some CPUs; here weights are in 4 bits on GPUs only.
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
    from transformers.utils import logging as transformers_logging

    # One of the remarks, the loading report, names a buffer of old BERT checkpoints that no longer exists.
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
