"""What a unit can do next: the least change of its evidence that gains, each proved by the bounded reading."""
