"""SVG charts of results: a plugin of parcore."""
