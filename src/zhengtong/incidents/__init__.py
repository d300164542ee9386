"""What the state does on a signal 治理事件: one closed loop for every kind of incident."""
