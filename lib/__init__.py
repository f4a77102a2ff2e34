"""Campaign Desk: the campaigns of a label's artists, honestly shown and safely changed."""
