"""The leader's cockpit 驾驶舱."""
