"""What a run asks of the store; the same words for SQLite and PostgreSQL."""

UNJUDGED = "SELECT count(*) FROM waiting"
DEAD = "SELECT count(*) FROM inbox WHERE state = 'dead'"
UNSENT = "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending', 'uncertain')"
# Of a send whose answer hung, only the echo tells; a killed process does not hear it.
IN_A_SEND = "SELECT count(*) FROM outbox WHERE state IN ('sending', 'uncertain')"
GOING_ON = "SELECT count(*) FROM gaps WHERE pending"
DECLARED = """
    SELECT group_id, count(DISTINCT heard) FROM (
        SELECT g.group_id, (
            SELECT max(i.id) FROM inbox i
            WHERE i.thread_id = g.group_id AND i.id <= g.heard_id AND i.kind = 'message'
        ) AS heard
        FROM gaps g WHERE NOT g.pending AND NOT g.closed
    ) AS declared GROUP BY group_id
"""
# Two between which no message of the group was heard are one gap: a reaction or a recall has no place in a history.
HEARD = "SELECT count(*) FROM inbox WHERE is_group AND kind = 'message'"
STORED = """
    SELECT i.thread_id, i.key,
        CASE WHEN w.id IS NOT NULL THEN 'waiting' ELSE i.state END,
        i.at_ms, e.judged_ms, e.late
    FROM inbox i LEFT JOIN events e ON e.id = i.id LEFT JOIN waiting w ON w.id = i.id
    WHERE i.is_group AND i.kind = 'message'
"""
CASES = """
    SELECT c.id, u.uid, c.count, c.late, e.source, c.sealed
    FROM cases c JOIN person_uids u ON u.person_id = c.person_id JOIN events e ON e.id = c.first_event_id
    ORDER BY c.id
"""
REGISTERED = "SELECT message_key, count(*) FROM directives WHERE state <> 'proposed' GROUP BY message_key"
COUNTED_ANSWERS = """
    SELECT message_key, count(*) FROM directive_answers WHERE assignee_id IS NOT NULL GROUP BY message_key
"""
TOLD_NAMES = """
    SELECT count(*) FROM cases c JOIN events e ON e.id = c.first_event_id
    WHERE e.source = 'sweep' AND EXISTS (SELECT 1 FROM job_runs WHERE job = 'swept:VP' || c.id)
"""
UNSUMMED = """
    SELECT count(*) FROM cases c
    WHERE late AND NOT EXISTS (SELECT 1 FROM job_runs WHERE job LIKE 'recovered:VP' || c.id || ':%')
"""
