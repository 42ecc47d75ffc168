"""Prompt templates and personas."""

from prompts.errors import PersonaError, PromptError, TemplateError
from prompts.loading import Prompt, RenderedPrompt, list_prompts, load_prompt
from prompts.personas import Persona, PersonaSet, PointOfView, as_persona, load_persona, load_personas

__all__ = [
    "Persona",
    "PersonaError",
    "PersonaSet",
    "PointOfView",
    "Prompt",
    "PromptError",
    "RenderedPrompt",
    "TemplateError",
    "as_persona",
    "list_prompts",
    "load_persona",
    "load_personas",
    "load_prompt",
]
