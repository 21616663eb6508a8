-- What is written for every contact is less once more: a table or an index less to change costs as much as a field.

-- Where the history of a run stands. A run writes its rows one after the other, so that the rows of a run, and those since a
-- time, are a stretch of the history: no index has to say so of each row. `first_row` to `last_row` has all rows of a run, and
-- others between them if one of its writes was confirmed late; `last_at` is the time of its last one. NULL for one without rows.
ALTER TABLE runs ADD COLUMN first_row INTEGER;
ALTER TABLE runs ADD COLUMN last_row INTEGER;
ALTER TABLE runs ADD COLUMN last_at TEXT;
UPDATE runs SET first_row = told.first, last_row = told.last, last_at = told.at
  FROM (SELECT run, min(id) AS first, max(id) AS last, max(at) AS at FROM history GROUP BY run) AS told
  WHERE told.run = runs.id;
CREATE INDEX runs_wrote ON runs (last_at) WHERE last_at IS NOT NULL;
DROP INDEX history_run;
DROP INDEX history_at;

-- A row of a record that was made or deleted begins with the line that says so (`whole`), and goes on with its fields. `made`
-- is the record of that first line, where the row is by now about another one that took it in.
ALTER TABLE history ADD COLUMN made TEXT;

-- Nobody rests whose keys are not known: so those without keys are among those that moved, and need no index of their own.
UPDATE standing SET code = NULL WHERE NOT keyed AND code IS NOT NULL;
DROP INDEX standing_unkeyed;
