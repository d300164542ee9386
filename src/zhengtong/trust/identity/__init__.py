"""Identity 身份: subjects, organisations, posts, accounts, real-name proof, mandates."""
