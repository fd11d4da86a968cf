"""Killing the real commands at chosen moments, and what must be true afterwards."""
