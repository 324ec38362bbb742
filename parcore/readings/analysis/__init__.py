"""Exact analysis: what a rule can and cannot do for any evidence, each finding with a witness."""
