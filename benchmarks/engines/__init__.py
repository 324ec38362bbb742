"""The same work by several engines, in one run: time, memory, and what is wrong against the exact reading."""
