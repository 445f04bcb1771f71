"""A session of a phone, recorded for whoever writes a client (api_docs/recorded-session.json), and played again by a test."""
