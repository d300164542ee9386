"""The whole API held to its OpenAPI document."""
