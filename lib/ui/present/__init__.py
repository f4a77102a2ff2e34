"""What an artist is shown: on the screen, by a link, as a report and as a PDF."""
