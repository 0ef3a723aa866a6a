"""The only way out to Zalo: requests with time limits, rate limits and errors of one family."""
