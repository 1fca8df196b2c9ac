"""Where claims are true or false: number fields, worlds, losses, runs and the strategies that sample them."""
