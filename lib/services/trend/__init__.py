"""The trends of campaigns, kept beside their days and read for the screens."""
