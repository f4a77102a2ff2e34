"""Changes that come by themselves: scheduled, run by whoever is on duty, looked at."""
