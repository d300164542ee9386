"""What a subject's record permits 信用: records, ratings, listings, measures."""
