-- A cursor can be as long as a list of all files. It stands apart, so that whoever reads something else of an end does not
-- read it too.
CREATE TABLE cursors (
  "end"  INTEGER PRIMARY KEY REFERENCES ends ("end"),
  cursor TEXT NOT NULL
) STRICT;
INSERT INTO cursors ("end", cursor) SELECT "end", cursor FROM ends WHERE cursor IS NOT NULL;
ALTER TABLE ends DROP COLUMN cursor;
