"""What happens to stored data later: retention, erasure, restore, replacement of an account."""
