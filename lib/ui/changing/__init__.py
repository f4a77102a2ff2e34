"""Changes on the screen: asked before, done, told, taken back, or scheduled."""
