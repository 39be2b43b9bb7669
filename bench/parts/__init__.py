"""What is measured: a part of the bench each."""
