"""What the program talks about: events, people, findings, cases, reports. Plain data, no I/O."""
