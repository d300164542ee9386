"""Chinese full-text search 检索: bigram postings in plain SQL."""
