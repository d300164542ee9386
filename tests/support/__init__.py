"""What tests of the whole platform share."""
