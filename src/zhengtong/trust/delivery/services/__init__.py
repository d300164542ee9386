"""Acts of delivery 送达: deliver and open messages; send, receive and open registered letters; consent."""
