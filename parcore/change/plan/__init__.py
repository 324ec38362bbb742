"""What a unit can do next: the least changes of its evidence that gain, with the proof of each."""
