"""Fine-tuning: finished answers in, a LoRA adapter of the user's own model out."""
