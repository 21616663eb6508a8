-- The memory of one connection. Ends are 0 (left) and 1 (right). Times are RFC 3339 in UTC with nine digits
-- after the point, so that they sort as text. Records by field name are JSON objects with sorted keys.

-- Which connection this file belongs to, and the name of the rules that were last planned. One row.
CREATE TABLE connection (
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  name    TEXT NOT NULL,
  planned TEXT
) STRICT;

-- Both ends. `listing` counts the listings begun; `listing_open` says that the last one was not ended.
CREATE TABLE ends (
  "end"        INTEGER PRIMARY KEY CHECK ("end" IN (0, 1)),
  identity     TEXT,
  cursor       TEXT,
  listing      INTEGER NOT NULL DEFAULT 0,
  listing_open INTEGER NOT NULL DEFAULT 0 CHECK (listing_open IN (0, 1))
) STRICT;
INSERT INTO ends ("end") VALUES (0), (1);

-- Records as last observed. `listing` is the last listing that had the record. A deleted record has no raw form.
-- The raw form is last, so that the rest is read without it.
CREATE TABLE seen (
  "end"   INTEGER NOT NULL REFERENCES ends ("end"),
  id      TEXT NOT NULL,
  version TEXT,
  deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
  edited  TEXT,
  listing INTEGER NOT NULL,
  raw     BLOB NOT NULL,
  UNIQUE ("end", id),
  CHECK (deleted = 0 OR length(raw) = 0)
) STRICT;
CREATE INDEX seen_deleted ON seen ("end", id) WHERE deleted;

-- Pairs. A record is in one link at most, and was observed. The constant columns are there for the references.
CREATE TABLE links (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  left_end   INTEGER NOT NULL DEFAULT 0 CHECK (left_end = 0),
  left_id    TEXT NOT NULL UNIQUE,
  right_end  INTEGER NOT NULL DEFAULT 1 CHECK (right_end = 1),
  right_id   TEXT NOT NULL UNIQUE,
  in_step    INTEGER NOT NULL DEFAULT 0 CHECK (in_step IN (0, 1)),
  base_left  TEXT,
  base_right TEXT,
  FOREIGN KEY (left_end, left_id) REFERENCES seen ("end", id),
  FOREIGN KEY (right_end, right_id) REFERENCES seen ("end", id),
  CHECK (in_step = 1 OR (base_left IS NULL AND base_right IS NULL))
) STRICT;

CREATE TABLE runs (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  began   TEXT NOT NULL,
  program TEXT NOT NULL,
  ended   TEXT,
  summary TEXT,
  CHECK ((ended IS NULL) = (summary IS NULL))
) STRICT;

-- Writes. An open one keeps what it writes; a closed one keeps only that it was.
CREATE TABLE journal (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  run     INTEGER NOT NULL REFERENCES runs (id),
  op      TEXT NOT NULL UNIQUE,
  "end"   INTEGER NOT NULL REFERENCES ends ("end"),
  target  TEXT,
  partner TEXT,
  deletes INTEGER NOT NULL CHECK (deletes IN (0, 1)),
  payload TEXT,
  state   TEXT NOT NULL CHECK (state IN ('planned', 'sent', 'unknown', 'confirmed', 'failed')),
  reason  TEXT,
  CHECK ((payload IS NULL) = (state IN ('confirmed', 'failed')))
) STRICT;
CREATE INDEX journal_open ON journal (id) WHERE state IN ('planned', 'sent', 'unknown');

CREATE TABLE activity (
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
