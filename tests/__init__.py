"""The tests: unit and integration mirror lib, pages drive AppTest, browser a real Chromium."""
