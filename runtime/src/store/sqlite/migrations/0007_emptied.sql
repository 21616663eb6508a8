-- Whether somebody said that an end is meant to be empty, and nobody was seen in it since.
ALTER TABLE ends ADD COLUMN emptied INTEGER NOT NULL DEFAULT 0 CHECK (emptied IN (0, 1));
