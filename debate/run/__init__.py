"""A run over a list of questions: its folder, journal, executor and replays."""
