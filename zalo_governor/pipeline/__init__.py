"""From the socket to the outbox: gate, inbox, order, verdicts, sending, and what was missed."""
