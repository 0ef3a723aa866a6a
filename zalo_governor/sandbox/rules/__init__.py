"""The rules in a process of their own: they think on another core, and one that hangs or crashes stops nothing else."""
