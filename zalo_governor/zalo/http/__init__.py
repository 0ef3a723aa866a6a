"""HTTP access to Zalo, restricted to its own hosts, with timeouts, rate limits and one family of exceptions."""
