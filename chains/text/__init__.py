"""Text in, facts out: sentences, repetition, grounding, entities, refusals. No model is called here."""
