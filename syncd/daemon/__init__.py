"""The daemon: the schedule, catching up, stopping cleanly, telling systemd and the monitoring."""
