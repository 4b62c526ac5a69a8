"""Images out of whatever holds them: a folder, a list, a data set, a loader, a stream."""
