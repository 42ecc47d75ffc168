"""The end of a debate: the verdict, the reasons it quotes, and the evidence it rests on."""
