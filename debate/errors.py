"""Errors of ``debate``, and the exit codes of the command.

DebateError              base: a run that cannot start or continue
├── SettingsError        a flag, a variable or a line of the settings file is wrong
├── IndexFolderError     a folder without an index, with an unfinished one, or with another's
├── QuestionsError       a question list that cannot be read
├── TrainingDataError    data to fine-tune on that cannot be read, or too little of it
├── TrainingError        a model that cannot be trained here
├── ClusterError         a cluster that cannot be reached, or has no worker that can work
├── RunFolderError       an output folder that cannot be used
└── ToolServerError      an MCP server whose tools a debater was to have
"""

from enum import IntEnum


class DebateError(Exception):
    """Base of every error raised by ``debate``."""


class SettingsError(DebateError):
    """A setting is missing, unknown or out of range."""


class IndexFolderError(DebateError):
    """An index cannot be made in a folder, or a folder holds none."""


class QuestionsError(DebateError):
    """A question list cannot be read; the message names the file and the row."""


class TrainingDataError(DebateError):
    """Data to fine-tune on cannot be read; the message names the file and the row."""


class TrainingError(DebateError):
    """A model cannot be trained on this machine, or its folder cannot be used."""


class ClusterError(DebateError):
    """A cluster cannot be used, or none of its workers can."""


class RunFolderError(DebateError):
    """An output folder cannot be used."""


class ToolServerError(DebateError):
    """An MCP server whose tools a debater was to have does not list them."""


class ExitCode(IntEnum):
    """Exit codes of the command."""

    DONE = 0
    BAD_INPUT = 2
    FAILED_ROWS = 3
    INTERRUPTED = 130
