"""The roster (list of approved members): read from spreadsheets, and matched with the accounts in the group."""
