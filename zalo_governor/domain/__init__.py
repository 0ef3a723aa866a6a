"""Data models shared by the whole program (events, people, findings, cases, reports …): frozen, without I/O."""
