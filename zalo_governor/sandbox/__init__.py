"""Code that runs in child processes, because its libraries are large or its input comes from strangers."""
