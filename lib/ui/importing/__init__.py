"""The import page: the file, what its columns mean, the preview, what came of it."""
