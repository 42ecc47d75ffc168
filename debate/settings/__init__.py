"""The settings of a run: their fields, where they come from, and the flags of the commands."""

from debate.settings.fields import DebateSettings
from debate.settings.loading import BUNDLED, EXAMPLE, load_settings

__all__ = ["BUNDLED", "EXAMPLE", "DebateSettings", "load_settings"]
