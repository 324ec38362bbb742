"""Audit: what others need to check a result without trusting who computed it."""
