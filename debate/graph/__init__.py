"""The LangGraph graphs of one question and of one debate, with their steps, retries and checkpoints."""
