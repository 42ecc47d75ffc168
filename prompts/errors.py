"""Errors of ``prompts``.

PromptError              base: something about a prompt or a persona is wrong
├── TemplateError        unknown template, or a variable it needs was not given
└── PersonaError         a personas file that cannot be read, or a persona it does not hold
"""


class PromptError(Exception):
    """Base of every error raised by ``prompts``."""


class TemplateError(PromptError):
    """A template is unknown or was rendered without a variable that it needs."""


class PersonaError(PromptError):
    """A personas file, or an entry in it, cannot be used."""
