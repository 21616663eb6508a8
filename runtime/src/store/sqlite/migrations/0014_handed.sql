-- Ids that went from one record to another while a listing was under way: two exchanged theirs, or all were given anew. What is
-- known of the records follows when the listing ends, and not before: shown once more after it was cut off, an exchange would
-- be undone.
CREATE TABLE handed (
  "end"  INTEGER NOT NULL CHECK ("end" IN (0, 1)),
  former TEXT NOT NULL,
  id     TEXT NOT NULL,
  merged INTEGER NOT NULL CHECK (merged IN (0, 1)),
  "left" INTEGER NOT NULL CHECK ("left" IN (0, 1))
);
