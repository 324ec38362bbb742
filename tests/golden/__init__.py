"""What results were published as, and why any of them changed."""
