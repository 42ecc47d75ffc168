import io
import re

from rich.console import Console

from debate.terminal.training_view import TrainingBar


def test_the_bar_tells_the_steps_both_losses_the_memory_and_the_time_left() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=150, color_system=None)
    with TrainingBar(console) as bar:
        bar.step(0, 30, None, 1.4)
        bar.step(3, 30, 1.25, None)
    shown = console.file.getvalue()
    assert re.search(r"training .* 3/30 loss 1\.250 +validation 1\.400 +\d+\.\d GiB elapsed .* left", shown)
