-- Which records are at rest, so that a cycle plans only what moved. Kept in step by triggers: whatever writes to a record,
-- a link or a pause, the records that it touches count as moved from then on.

-- One row a record that was observed. `code` is what an engine said of it when nothing was to be done (one byte); NULL for one
-- that moved since. `keyed` says that `keys` are those of the record as it is now: eight bytes each. The row of a record that is
-- gone stays until its keys are taken out.
CREATE TABLE standing (
  "end" INTEGER NOT NULL REFERENCES ends ("end"),
  id    TEXT NOT NULL,
  code  INTEGER CHECK (code BETWEEN 0 AND 255),
  keyed INTEGER NOT NULL DEFAULT 0 CHECK (keyed IN (0, 1)),
  keys  BLOB NOT NULL DEFAULT x'',
  PRIMARY KEY ("end", id)
) STRICT, WITHOUT ROWID;
INSERT INTO standing ("end", id) SELECT "end", id FROM seen ORDER BY "end", id;
CREATE INDEX standing_moved ON standing ("end", id) WHERE code IS NULL;
CREATE INDEX standing_unkeyed ON standing ("end", id) WHERE NOT keyed;

-- How many records of a side are at rest with which code.
CREATE TABLE rests (
  "end" INTEGER NOT NULL,
  code  INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count >= 0),
  PRIMARY KEY ("end", code)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER standing_moved AFTER UPDATE OF code ON standing WHEN OLD.code IS NOT NEW.code BEGIN
  UPDATE rests SET count = count - 1 WHERE "end" = OLD."end" AND code = OLD.code;
  INSERT INTO rests ("end", code, count) SELECT NEW."end", NEW.code, 1 WHERE NEW.code IS NOT NULL
    ON CONFLICT ("end", code) DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER standing_gone AFTER DELETE ON standing BEGIN
  UPDATE rests SET count = count - 1 WHERE "end" = OLD."end" AND code = OLD.code;
END;

-- Who has which key: the first eight bytes of a hash, so that two keys that meet by chance cost a look, and nothing else.
CREATE TABLE keys (
  key   INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  id    TEXT NOT NULL,
  PRIMARY KEY (key, "end", id)
) STRICT, WITHOUT ROWID;

-- By which rules the records are at rest, and by which rules the keys were taken.
ALTER TABLE connection ADD COLUMN rested TEXT;
ALTER TABLE connection ADD COLUMN keyed TEXT;

CREATE TRIGGER seen_made AFTER INSERT ON seen BEGIN
  INSERT INTO standing ("end", id) VALUES (NEW."end", NEW.id)
    ON CONFLICT ("end", id) DO UPDATE SET code = NULL, keyed = 0;
END;

CREATE TRIGGER seen_moved AFTER UPDATE OF raw, deleted, edited ON seen
WHEN OLD.raw IS NOT NEW.raw OR OLD.deleted <> NEW.deleted OR OLD.edited IS NOT NEW.edited BEGIN
  UPDATE standing SET code = NULL, keyed = 0 WHERE "end" = NEW."end" AND id = NEW.id;
  UPDATE standing SET code = NULL
    WHERE NEW."end" = 0 AND "end" = 1 AND id = (SELECT right_id FROM links WHERE left_id = NEW.id);
  UPDATE standing SET code = NULL
    WHERE NEW."end" = 1 AND "end" = 0 AND id = (SELECT left_id FROM links WHERE right_id = NEW.id);
END;

CREATE TRIGGER seen_gone AFTER DELETE ON seen BEGIN
  UPDATE standing SET code = NULL, keyed = 0 WHERE "end" = OLD."end" AND id = OLD.id;
  DELETE FROM troubles WHERE "end" = OLD."end" AND record = OLD.id;
END;

CREATE TRIGGER links_made AFTER INSERT ON links BEGIN
  UPDATE standing SET code = NULL WHERE "end" = 0 AND id = NEW.left_id;
  UPDATE standing SET code = NULL WHERE "end" = 1 AND id = NEW.right_id;
END;

CREATE TRIGGER links_moved AFTER UPDATE OF left_id, right_id, in_step, base_left, base_right ON links BEGIN
  UPDATE standing SET code = NULL WHERE "end" = 0 AND id IN (OLD.left_id, NEW.left_id);
  UPDATE standing SET code = NULL WHERE "end" = 1 AND id IN (OLD.right_id, NEW.right_id);
END;

CREATE TRIGGER links_gone AFTER DELETE ON links BEGIN
  UPDATE standing SET code = NULL WHERE "end" = 0 AND id = OLD.left_id;
  UPDATE standing SET code = NULL WHERE "end" = 1 AND id = OLD.right_id;
END;

CREATE TRIGGER pauses_made AFTER INSERT ON pauses WHEN NEW.record IS NOT NULL BEGIN
  UPDATE standing SET code = NULL WHERE "end" = NEW."end" AND id = NEW.record;
  UPDATE standing SET code = NULL
    WHERE NEW."end" = 0 AND "end" = 1 AND id = (SELECT right_id FROM links WHERE left_id = NEW.record);
  UPDATE standing SET code = NULL
    WHERE NEW."end" = 1 AND "end" = 0 AND id = (SELECT left_id FROM links WHERE right_id = NEW.record);
END;
