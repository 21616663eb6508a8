-- Why the last try did not go through, if it did not: for whoever asks how a connection stands that nobody watches.
CREATE TABLE stopped (
  one   INTEGER PRIMARY KEY CHECK (one = 1),
  since TEXT NOT NULL,
  tried TEXT NOT NULL,
  why   TEXT NOT NULL
) STRICT;
