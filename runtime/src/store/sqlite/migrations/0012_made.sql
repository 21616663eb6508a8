-- Whether syncc made records of a side that no listing has shown yet: whoever deletes one of those before the next listing is
-- in no list of what changed.
ALTER TABLE ends ADD COLUMN made INTEGER NOT NULL DEFAULT 0 CHECK (made IN (0, 1));
