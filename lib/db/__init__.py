"""Tables, engine and migrations: the only part of lib that speaks to a database."""
