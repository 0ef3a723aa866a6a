"""Data models used by all other packages (events, people, findings, cases, reports …): immutable, without I/O."""
