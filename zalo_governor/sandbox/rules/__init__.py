"""Evaluates the rules in a child process: it uses another core, and a rule that hangs or crashes stops nothing else."""
