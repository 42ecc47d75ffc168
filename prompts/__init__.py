"""Prompts and personas: what is said to a model, and by whom. Imports no other room."""

from prompts.errors import PersonaError, PromptError, TemplateError
from prompts.personas import Cast, Persona, PointOfView, load_cast, load_persona
from prompts.templating import Prompt, RenderedPrompt, list_prompts, load_prompt

__all__ = [
    "Cast",
    "Persona",
    "PersonaError",
    "PointOfView",
    "Prompt",
    "PromptError",
    "RenderedPrompt",
    "TemplateError",
    "list_prompts",
    "load_cast",
    "load_persona",
    "load_prompt",
]
