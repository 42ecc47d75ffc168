"""Text in, facts out: sentences, repetition, grounding, entities, refusals. Calls no model."""
