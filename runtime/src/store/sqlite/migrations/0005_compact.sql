-- What is written for every contact is less: a closed write keeps nothing of what it wrote, the history has a row a write
-- with its fields in it, and who is awake is not woken.

CREATE TABLE writes (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  run     INTEGER NOT NULL REFERENCES runs (id),
  op      TEXT NOT NULL UNIQUE,
  "end"   INTEGER NOT NULL REFERENCES ends ("end"),
  target  TEXT,
  partner TEXT,
  deletes INTEGER NOT NULL CHECK (deletes IN (0, 1)),
  state   TEXT NOT NULL CHECK (state IN ('planned', 'sent', 'unknown', 'confirmed', 'failed')),
  reason  TEXT
) STRICT;
INSERT INTO writes SELECT id, run, op, "end", target, partner, deletes, state, reason FROM journal;
-- What an open write writes, by field name, and the lines that it will leave in the history: open are those with a row here.
-- Apart from the journal, so that what a closed one leaves there fills its pages.
CREATE TABLE open_writes (
  id      INTEGER PRIMARY KEY REFERENCES writes (id) ON DELETE CASCADE,
  payload TEXT NOT NULL,
  lines   TEXT
) STRICT;

INSERT INTO open_writes SELECT id, payload, lines FROM journal WHERE payload IS NOT NULL;
DELETE FROM sqlite_sequence WHERE name = 'writes';
INSERT INTO sqlite_sequence SELECT 'writes', seq FROM sqlite_sequence WHERE name = 'journal';
DROP TABLE journal;
ALTER TABLE writes RENAME TO journal;
CREATE TRIGGER journal_closed AFTER UPDATE OF state ON journal WHEN NEW.state IN ('confirmed', 'failed') BEGIN
  DELETE FROM open_writes WHERE id = NEW.id;
END;

-- One row a write, and one more for the line that says that a record was made or deleted (`whole`), which two records that
-- become one do not hand on. `fields` is a JSON array of `lines` objects with `field`, `before`, `after` and `why`; each
-- line of it is line `id * 65536 + place` of the history.
CREATE TABLE told (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  run    INTEGER NOT NULL REFERENCES runs (id),
  at     TEXT NOT NULL,
  "end"  INTEGER NOT NULL REFERENCES ends ("end"),
  record TEXT NOT NULL,
  who    TEXT NOT NULL,
  what   TEXT NOT NULL,
  whole  INTEGER NOT NULL CHECK (whole IN (0, 1)),
  lines  INTEGER NOT NULL CHECK (lines > 0),
  fields TEXT NOT NULL
) STRICT;
INSERT INTO told (id, run, at, "end", record, who, what, whole, lines, fields)
  SELECT id, run, at, "end", record, who, what, field IS NULL, 1, json_array(json_object(
    'field', field, 'before', json(coalesce(before, '"Unknown"')), 'after', json(coalesce(after, '"Unknown"')), 'why', why))
  FROM history ORDER BY id;
DELETE FROM sqlite_sequence WHERE name = 'told';
INSERT INTO sqlite_sequence SELECT 'told', seq FROM sqlite_sequence WHERE name = 'history';
DROP TABLE history;
ALTER TABLE told RENAME TO history;
CREATE INDEX history_record ON history ("end", record, id);
CREATE INDEX history_run ON history (run, id);
CREATE INDEX history_at ON history (at);
-- What is looked at before each plan: what was written again and again of late.
CREATE INDEX history_updated ON history (at) WHERE what = 'updated' AND NOT whole;

-- The triggers of step 4, which wrote to records that were awake already.
DROP TRIGGER seen_moved;
DROP TRIGGER links_made;
DROP TRIGGER links_moved;
DROP TRIGGER links_gone;
DROP TRIGGER pauses_made;

CREATE TRIGGER seen_moved AFTER UPDATE OF raw, deleted, edited ON seen
WHEN OLD.raw IS NOT NEW.raw OR OLD.deleted <> NEW.deleted OR OLD.edited IS NOT NEW.edited BEGIN
  UPDATE standing SET code = NULL, keyed = 0 WHERE "end" = NEW."end" AND id = NEW.id AND (code IS NOT NULL OR keyed);
  UPDATE standing SET code = NULL WHERE NEW."end" = 0 AND "end" = 1 AND code IS NOT NULL
    AND id = (SELECT right_id FROM links WHERE left_id = NEW.id);
  UPDATE standing SET code = NULL WHERE NEW."end" = 1 AND "end" = 0 AND code IS NOT NULL
    AND id = (SELECT left_id FROM links WHERE right_id = NEW.id);
END;

CREATE TRIGGER links_made AFTER INSERT ON links BEGIN
  UPDATE standing SET code = NULL WHERE "end" = 0 AND id = NEW.left_id AND code IS NOT NULL;
  UPDATE standing SET code = NULL WHERE "end" = 1 AND id = NEW.right_id AND code IS NOT NULL;
END;

CREATE TRIGGER links_moved AFTER UPDATE OF left_id, right_id, in_step, base_left, base_right ON links
WHEN (OLD.left_id, OLD.right_id, OLD.in_step) <> (NEW.left_id, NEW.right_id, NEW.in_step)
  OR OLD.base_left IS NOT NEW.base_left OR OLD.base_right IS NOT NEW.base_right BEGIN
  UPDATE standing SET code = NULL WHERE "end" = 0 AND id IN (OLD.left_id, NEW.left_id) AND code IS NOT NULL;
  UPDATE standing SET code = NULL WHERE "end" = 1 AND id IN (OLD.right_id, NEW.right_id) AND code IS NOT NULL;
END;

CREATE TRIGGER links_gone AFTER DELETE ON links BEGIN
  UPDATE standing SET code = NULL WHERE "end" = 0 AND id = OLD.left_id AND code IS NOT NULL;
  UPDATE standing SET code = NULL WHERE "end" = 1 AND id = OLD.right_id AND code IS NOT NULL;
END;

CREATE TRIGGER pauses_made AFTER INSERT ON pauses WHEN NEW.record IS NOT NULL BEGIN
  UPDATE standing SET code = NULL WHERE "end" = NEW."end" AND id = NEW.record AND code IS NOT NULL;
  UPDATE standing SET code = NULL WHERE NEW."end" = 0 AND "end" = 1 AND code IS NOT NULL
    AND id = (SELECT right_id FROM links WHERE left_id = NEW.record);
  UPDATE standing SET code = NULL WHERE NEW."end" = 1 AND "end" = 0 AND code IS NOT NULL
    AND id = (SELECT left_id FROM links WHERE right_id = NEW.record);
END;
