"""`zalo-governor rehearse`: try the program with the real Zalo, a spare account and a test group, before real use."""
