"""Signing in by a provider that others wrote: npm's oidc-provider, a process of its own on the loopback interface."""
