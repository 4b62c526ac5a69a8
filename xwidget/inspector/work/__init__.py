"""The worker thread and the runs that it makes."""
