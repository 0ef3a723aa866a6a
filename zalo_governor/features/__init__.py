"""The features of the program, one folder each; pyproject.toml says which features a feature may import."""
