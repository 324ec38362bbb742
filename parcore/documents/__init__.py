"""Files as people write them: text to a tree with places, checked against a JSON Schema."""
