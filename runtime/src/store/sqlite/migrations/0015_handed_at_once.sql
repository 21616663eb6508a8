-- Ids that were handed on are told with the end of a listing, and are carried out in one step with it: there is nothing to note.
DROP TABLE handed;
