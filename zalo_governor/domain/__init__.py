"""Data models that most packages share (events, people, findings, cases, reports …): immutable, without I/O."""
