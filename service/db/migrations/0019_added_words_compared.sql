-- What a reporter adds is compared with other reports as the report is. The pattern work reads what reporters wrote; what
-- a coordinator asked says nothing of what happened.
GRANT SELECT (id, report_id, place, author, text, answers, written_at) ON message TO evenlode_pattern;
CREATE POLICY message_compared ON message FOR SELECT TO evenlode_pattern USING (author = 'reporter');
