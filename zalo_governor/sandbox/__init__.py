"""Code that runs in child processes, as its libraries are large, it may hang, or its input comes from strangers."""
