"""HTTP access to Zalo, restricted to Zalo's hosts, with timeouts, rate limits and errors derived from ZaloError."""
