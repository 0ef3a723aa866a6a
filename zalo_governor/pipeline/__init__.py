"""What happens to a received message: secrecy check, storing, judging, answering; and fetching what was missed."""
