"""The settings of a run: their fields, where they come from, and the flags of the commands."""

from debate.settings.fields import DebateSettings
from debate.settings.loading import EXAMPLE, load_settings

__all__ = ["EXAMPLE", "DebateSettings", "load_settings"]
