"""The settings of a run: their fields, where they come from, and the flags of the commands."""

from debate.settings.fields import DebateSettings
from debate.settings.loading import EXAMPLE, RENAMED, load_settings

__all__ = ["EXAMPLE", "RENAMED", "DebateSettings", "load_settings"]
