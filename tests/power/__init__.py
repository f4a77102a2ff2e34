"""Power cuts on a disk that forgets what it was not told to keep: `make power`."""
