-- Ids that became another record's: whatever comes of one later is a state from before that, until the app says otherwise.
CREATE TABLE former (
  "end" INTEGER NOT NULL REFERENCES ends ("end"),
  id    TEXT NOT NULL,
  now   TEXT NOT NULL,
  PRIMARY KEY ("end", id)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_now ON former ("end", now);
