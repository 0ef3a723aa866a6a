"""Cases (possible breaches of the regulation by one person): opening, notices about them, escalation, closing."""
