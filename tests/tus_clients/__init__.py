"""Clients of tus that others wrote, against this product and the reference server; what differs is listed and asserted."""
