"""The page of one campaign: its verdict, its chart, its facts."""
