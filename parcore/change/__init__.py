"""What changes from one year to the next: rules, units, scores; and what a unit can do next."""
