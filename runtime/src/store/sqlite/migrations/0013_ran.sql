-- The rules that were last run, beside those that were last planned: a daemon that keeps the rules that it started with says nothing
-- about the plan of others.
ALTER TABLE connection ADD COLUMN ran TEXT;
UPDATE connection SET ran = planned;
