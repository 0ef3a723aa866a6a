"""`zalo-governor rehearse`: an hour with the real Zalo, a spare account and a test group, before an office begins."""
