-- What people are owed of a sync: what it did and why, so that it can be undone; what it does not touch; what waits.
-- Values are JSON as the compiler's `Value` is written.

-- The history, a line a field, with values instead of texts. A write leaves its lines here in the transaction that
-- confirms it, so that there is no write without a history.
CREATE TABLE history (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  run    INTEGER NOT NULL REFERENCES runs (id),
  at     TEXT NOT NULL,
  "end"  INTEGER NOT NULL REFERENCES ends ("end"),
  record TEXT NOT NULL,
  who    TEXT NOT NULL,
  what   TEXT NOT NULL,
  field  TEXT,
  before TEXT,
  after  TEXT,
  why    TEXT NOT NULL
) STRICT;
INSERT INTO history (id, run, at, "end", record, who, what, field, before, after, why)
  SELECT id, run, at, "end", record, who, what, field,
    iif(before IS NULL, NULL, json_object('Text', json_object('shown', before))),
    iif(after IS NULL, NULL, json_object('Text', json_object('shown', after))), why
  FROM activity;
DROP TABLE activity;
CREATE INDEX history_record ON history ("end", record, id);
CREATE INDEX history_run ON history (run, id);
CREATE INDEX history_at ON history (at);

-- The lines that an open write will leave in the history; a closed one has left them.
ALTER TABLE journal ADD COLUMN lines TEXT;

-- What is paused: one record, or, with neither end nor record, the whole connection.
CREATE TABLE pauses (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  "end"  INTEGER REFERENCES ends ("end"),
  record TEXT,
  since  TEXT NOT NULL,
  why    TEXT NOT NULL,
  CHECK (("end" IS NULL) = (record IS NULL))
) STRICT;
CREATE UNIQUE INDEX pauses_what ON pauses (coalesce("end", -1), coalesce(record, ''));

-- Records whose write was refused, and when it is tried again. `tried` names what was tried: something else is tried at once.
CREATE TABLE troubles (
  "end"    INTEGER NOT NULL REFERENCES ends ("end"),
  record   TEXT NOT NULL,
  since    TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next     TEXT NOT NULL,
  tried    TEXT NOT NULL,
  why      TEXT NOT NULL,
  PRIMARY KEY ("end", record)
) STRICT, WITHOUT ROWID;

-- Fields that both sides changed to different values, so that one value lost.
CREATE TABLE conflicts (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  run         INTEGER NOT NULL REFERENCES runs (id),
  at          TEXT NOT NULL,
  left_id     TEXT NOT NULL,
  right_id    TEXT NOT NULL,
  who         TEXT NOT NULL,
  left_field  TEXT NOT NULL,
  right_field TEXT NOT NULL,
  left_value  TEXT NOT NULL,
  right_value TEXT NOT NULL,
  winner      INTEGER NOT NULL REFERENCES ends ("end"),
  why         TEXT NOT NULL,
  resolved    TEXT
) STRICT;
CREATE INDEX conflicts_open ON conflicts (id) WHERE resolved IS NULL;

-- By what two records were found to be one person, for people.
ALTER TABLE links ADD COLUMN how TEXT;
