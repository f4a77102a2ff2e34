"""Links that show an artist the results without a sign-in."""
