"""Webhooks 推送: messages to addresses that others registered, tried again until they arrive or are given up."""
