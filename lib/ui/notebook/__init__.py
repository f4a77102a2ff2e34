"""The page Explore: a question as widgets, its answer as a chart and a table."""
