"""``debate finetune``: train an adapter on finished answers."""

from contextlib import nullcontext
from typing import Any

from debate.settings.flags import Quiet, with_settings
from debate.terminal.session import one_line_errors, start_logging
from debate.training.settings import FinetuneSettings

EXAMPLES = """\b
Examples:
  debate finetune --data runs/first/results.xlsx --out adapters/first
      try it with the bundled model on any machine
  debate finetune --data runs/*/results.xlsx --min-supported 0.8 --min-words 400 \\
      --model unsloth/Mistral-Nemo-Instruct-2407-bnb-4bit --out adapters/nemo
      train a 12B model in 4 bits on the well supported answers of all runs (16 GB card)
  debate run --questions my.xlsx --corpus docs/ --model adapters/nemo
      use the adapter

\b
Run the same command again to resume after Ctrl-C or a crash; with --merge or --gguf a finished training is only merged,
and without them nothing is done. Another --out trains again.
Exit codes:
  0 done   2 bad input   130 interrupted
"""


@with_settings(FinetuneSettings)
def finetune(*, quiet: Quiet = False, **settings: Any) -> None:
    """Fine-tune a model on finished answers. Use the adapter's folder as --model."""
    start_logging()
    interrupted = "interrupted; run the same command again to go on from the last checkpoint, if there is one"
    with one_line_errors(interrupted):
        from rich.console import Console

        from debate.settings.checking import checked_settings
        from debate.terminal.training_view import TrainingBar, TrainingLines, print_result
        from debate.training.finetune import finetune as train

        chosen = checked_settings(FinetuneSettings, settings, "debate finetune")
        console = Console()
        with nullcontext(TrainingLines()) if quiet or not console.is_terminal else TrainingBar(console) as watcher:
            result = train(chosen, watcher)
        print_result(console, result)
