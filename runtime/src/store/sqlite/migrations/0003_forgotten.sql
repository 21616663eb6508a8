-- People who were erased, so that they are not taken in again. A mark is SHA-256 of the salt and of an id or a key; nothing
-- can be read back from it, and it fits nothing in another store.
CREATE TABLE forgotten (
  mark   TEXT PRIMARY KEY,
  person INTEGER NOT NULL,
  since  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE salt (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  salt TEXT NOT NULL
) STRICT;
