"""What stands around every page: the menu, the sidebar, the tour, the way to anywhere."""
