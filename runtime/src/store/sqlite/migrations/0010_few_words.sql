-- Values as JSON in fewer words. A field that holds nothing was "Empty", and is null; one that was not looked at was "Unknown",
-- and is false; a text that counts as it is spelt is a string. All others stay as they were. The lines of the history were
-- objects, and are arrays of the
-- field, the value before, the value after, and why.

-- Who rests stays at rest: what is said of them is the same.
DROP TRIGGER links_moved;
UPDATE links SET base_left = (
    SELECT json_group_object(key, json(CASE
      WHEN atom = 'Empty' THEN 'null' WHEN atom = 'Unknown' THEN 'false'
      WHEN value ->> '$.Text.shown' IS NOT NULL AND value -> '$.Text.key' IS NULL THEN value -> '$.Text.shown' ELSE value END) ORDER BY id)
    FROM json_each(base_left))
  WHERE base_left IS NOT NULL;
UPDATE links SET base_right = (
    SELECT json_group_object(key, json(CASE
      WHEN atom = 'Empty' THEN 'null' WHEN atom = 'Unknown' THEN 'false'
      WHEN value ->> '$.Text.shown' IS NOT NULL AND value -> '$.Text.key' IS NULL THEN value -> '$.Text.shown' ELSE value END) ORDER BY id)
    FROM json_each(base_right))
  WHERE base_right IS NOT NULL;
CREATE TRIGGER links_moved AFTER UPDATE OF left_id, right_id, in_step, base_left, base_right ON links
WHEN (OLD.left_id, OLD.right_id, OLD.in_step) <> (NEW.left_id, NEW.right_id, NEW.in_step)
  OR OLD.base_left IS NOT NEW.base_left OR OLD.base_right IS NOT NEW.base_right BEGIN
  UPDATE standing SET code = NULL WHERE "end" = 0 AND id IN (OLD.left_id, NEW.left_id) AND code IS NOT NULL;
  UPDATE standing SET code = NULL WHERE "end" = 1 AND id IN (OLD.right_id, NEW.right_id) AND code IS NOT NULL;
END;

UPDATE history SET fields = (
    SELECT json_group_array(json_array(
      line.value ->> 'field',
      json(CASE
        WHEN line.value ->> 'before' = 'Empty' THEN 'null' WHEN coalesce(line.value ->> 'before', 'Unknown') = 'Unknown' THEN 'false'
        WHEN line.value ->> '$.before.Text.shown' IS NOT NULL AND line.value -> '$.before.Text.key' IS NULL
          THEN line.value -> '$.before.Text.shown' ELSE line.value -> 'before' END),
      json(CASE
        WHEN line.value ->> 'after' = 'Empty' THEN 'null' WHEN coalesce(line.value ->> 'after', 'Unknown') = 'Unknown' THEN 'false'
        WHEN line.value ->> '$.after.Text.shown' IS NOT NULL AND line.value -> '$.after.Text.key' IS NULL
          THEN line.value -> '$.after.Text.shown' ELSE line.value -> 'after' END),
      line.value ->> 'why') ORDER BY line.id)
    FROM json_each(history.fields) AS line);

-- The lines of an open write stand under who they are about and what is done.
UPDATE open_writes SET payload = (
    SELECT json_group_object(key, json(CASE
      WHEN atom = 'Empty' THEN 'null' WHEN atom = 'Unknown' THEN 'false'
      WHEN value ->> '$.Text.shown' IS NOT NULL AND value -> '$.Text.key' IS NULL THEN value -> '$.Text.shown' ELSE value END) ORDER BY id)
    FROM json_each(payload));
UPDATE open_writes SET lines = (
    SELECT json_group_array(json_array(line.value ->> 'who', line.value ->> 'what', json_array(json_array(
      line.value ->> 'field',
      json(CASE
        WHEN line.value ->> 'before' = 'Empty' THEN 'null' WHEN coalesce(line.value ->> 'before', 'Unknown') = 'Unknown' THEN 'false'
        WHEN line.value ->> '$.before.Text.shown' IS NOT NULL AND line.value -> '$.before.Text.key' IS NULL
          THEN line.value -> '$.before.Text.shown' ELSE line.value -> 'before' END),
      json(CASE
        WHEN line.value ->> 'after' = 'Empty' THEN 'null' WHEN coalesce(line.value ->> 'after', 'Unknown') = 'Unknown' THEN 'false'
        WHEN line.value ->> '$.after.Text.shown' IS NOT NULL AND line.value -> '$.after.Text.key' IS NULL
          THEN line.value -> '$.after.Text.shown' ELSE line.value -> 'after' END),
      line.value ->> 'why'))) ORDER BY line.id)
    FROM json_each(open_writes.lines) AS line)
  WHERE lines IS NOT NULL;
