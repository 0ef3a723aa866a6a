"""Everything that the program says on Zalo, by name. The words stand in config/messages.vi.yaml."""

from enum import Enum


class Text(Enum):
    """A message or a part of one: its key in the catalogue, and the fields that the code gives it."""

    # to the admin and the staff
    ALERT_SEALED = ("alert_sealed", "code group when who citation member")
    ALERT_CASE = ("alert_case", "code group when who citation clause member")
    ALERT_NAME = ("alert_name", "code group when who citation clause member")
    ALERT_NOBODY = ("alert_nobody", "group when citation")
    ALERT_RECALLED = ("alert_recalled", "code group who minutes rest")
    ALERT_RULE_FAILED = ("alert_rule_failed", "rule date")
    RECALL_REST = ("recall_rest", "count")
    RECOVERED = ("recovered", "group count rows")
    SWEPT = ("swept", "group count rows")
    LISTED_CASE = ("listed_case", "code when who citation state")
    MORE = ("more", "count")

    # what was done about the member, as the admin reads it
    MEMBER_ASKED = ("member_asked", "")
    MEMBER_LEADERSHIP = ("member_leadership", "")
    MEMBER_UNREACHED = ("member_unreached", "")
    MEMBER_COOLDOWN = ("member_cooldown", "")
    MEMBER_NOT_ASKED = ("member_not_asked", "")

    # to the member
    REQUEST_SEALED = ("request_sealed", "code group when who citation")
    REQUEST_DIACRITICS = ("request_diacritics", "code group when who citation proposal")
    REQUEST_NAME = ("request_name", "code group who citation proposal")
    REQUEST_OTHER = ("request_other", "code group when who citation clause")
    PROPOSAL = ("proposal", "name")
    PROPOSED_SENTENCE = ("proposed_sentence", "sentence")
    SEALED_PRIVATE = ("sealed_private", "who citation")

    # answers to everybody
    REPEATED = ("repeated", "said")
    HINT = ("hint", "who")
    UNKNOWN_COMMAND = ("unknown_command", "who")
    USAGE = ("usage", "who usage")
    REFUSED = ("refused", "who command")
    STALE = ("stale", "who when command")
    ANSWERED_PRIVATELY = ("answered_privately", "")
    UNREACHED_IN_GROUP = ("unreached_in_group", "")
    NOT_GOVERNED = ("not_governed", "who")

    # how to type the commands, one line each
    USAGE_CASES = ("usage_cases", "")
    USAGE_SHOW = ("usage_show", "")
    USAGE_CONFIRM = ("usage_confirm", "")
    USAGE_FALSE_ALARM = ("usage_false_alarm", "")
    USAGE_REPORT = ("usage_report", "")
    USAGE_HELP = ("usage_help", "")
    USAGE_REGULATION = ("usage_regulation", "")
    USAGE_STATUS = ("usage_status", "")
    USAGE_ADD_MARKS = ("usage_add_marks", "")

    # marks added to what somebody typed without them
    MARKS = ("marks", "who rows")
    MARKS_ROW = ("marks_row", "sentence")
    MARKS_NONE = ("marks_none", "who")

    HELP = ("help", "who rows")
    HELP_ROW = ("help_row", "usage")

    # the regulation
    REGULATION = ("regulation", "title number issued issuer rows")
    REGULATION_ARTICLE_ROW = ("regulation_article_row", "article clauses")
    REGULATION_DECISION_ROW = ("regulation_decision_row", "article clauses")
    REGULATION_CLAUSE = ("regulation_clause", "citation summary note")
    REGULATION_NOTE = ("regulation_note", "note")
    REGULATION_NOT_VISIBLE = ("regulation_not_visible", "")
    REGULATION_NONE = ("regulation_none", "wanted")

    # the cases
    CASES = ("cases", "which group count rows")
    CASES_NONE = ("cases_none", "which group")
    CASES_OPEN = ("cases_open", "")
    CASES_ALL = ("cases_all", "")
    CASES_TODAY = ("cases_today", "")
    CASE_ROW = ("case_row", "code when who citation state times")
    CASE = ("case", "code group when who signs state times content")
    CASE_SIGNS = ("case_signs", "citation clause")
    CASE_SIGNS_SEALED = ("case_signs_sealed", "citation")
    CASE_TIMES = ("case_times", "count")
    CASE_SEALED = ("case_sealed", "")
    CASE_EXCERPT = ("case_excerpt", "excerpt")
    CASE_SUGGESTION = ("case_suggestion", "suggestion")
    CASE_NO_EXCERPT = ("case_no_excerpt", "")
    CASE_REASON = ("case_reason", "reason")
    CASE_UNKNOWN = ("case_unknown", "code")
    CASE_MOVED = ("case_moved", "code state")
    CASE_CANNOT_MOVE = ("case_cannot_move", "code state")
    REASON_MISSING = ("reason_missing", "code")
    REASON_RECALLED = ("reason_recalled", "minutes")
    REASON_NAME_FIXED = ("reason_name_fixed", "")

    STATE_NEW = ("state_new", "")
    STATE_REMINDED = ("state_reminded", "")
    STATE_REMEDIED = ("state_remedied", "")
    STATE_CONFIRMED = ("state_confirmed", "")
    STATE_REFERRED = ("state_referred", "")
    STATE_FALSE_ALARM = ("state_false_alarm", "")
    STATE_UNDER_REVIEW = ("state_under_review", "")
    STATE_REPORTED = ("state_reported", "")

    # the state of the program
    NOT_LISTENING = ("not_listening", "")
    LISTENING_SINCE = ("listening_since", "when gaps")
    STATUS = ("status", "now line rows outgoing looked")
    STATUS_LOOKED = ("status_looked", "when")
    STATUS_NOT_LOOKED = ("status_not_looked", "")
    BLIND_SUBJECT = ("blind_subject", "")
    BLIND = ("blind", "since")
    SEEING_SUBJECT = ("seeing_subject", "")
    SEEING = ("seeing", "since until minutes")
    STATUS_GROUP = ("status_group", "group coverage gaps failures")
    STATUS_FAILURES = ("status_failures", "count")
    STATUS_NO_FAILURES = ("status_no_failures", "")
    LINE_UP = ("line_up", "since heard")
    LINE_DOWN = ("line_down", "since heard")
    LINE_REFUSED = ("line_refused", "since heard")
    LINE_DUPLICATE = ("line_duplicate", "since heard")
    LINE_KICKED = ("line_kicked", "since heard")
    LINE_UNKNOWN = ("line_unknown", "")
    NEVER = ("never", "")

    # the report
    REPORT_SENT = ("report_sent", "period")
    REPORT_FUTURE = ("report_future", "who")
    REPORT = ("report", "group period start end made_at activity clauses open trend coverage cannot")
    REPORT_ACTIVITY = ("report_activity", "messages senders joined left recalled changes")
    REPORT_CLAUSES = ("report_clauses", "cases remedied confirmed false_alarms suspects rows")
    REPORT_CLAUSES_NONE = ("report_clauses_none", "suspects")
    REPORT_CLAUSE_ROW = ("report_clause_row", "citation cases open remedied confirmed false_alarms before")
    REPORT_CLAUSES_MORE = ("report_clauses_more", "clauses cases")
    REPORT_OPEN = ("report_open", "count rows")
    REPORT_OPEN_NONE = ("report_open_none", "")
    REPORT_OPEN_ROW = ("report_open_row", "code who citation state when")
    REPORT_TREND = ("report_trend", "messages messages_before messages_change cases cases_before cases_change")
    CHANGE_UP = ("change_up", "percent")
    CHANGE_DOWN = ("change_down", "percent")
    CHANGE_NONE = ("change_none", "")
    CHANGE_FROM_ZERO = ("change_from_zero", "")
    COVERAGE = ("coverage", "heard judged waiting sealed dead_letters recovered late")
    GAPS = ("gaps", "count minutes unfinished")
    GAPS_UNFINISHED = ("gaps_unfinished", "count")
    GAPS_NONE = ("gaps_none", "")
    REPORT_COVERAGE = ("report_coverage", "coverage gaps failures refused")
    REPORT_CANNOT = ("report_cannot", "citations")

    # how people call a period
    PERIOD_TODAY = ("period_today", "date")
    PERIOD_YESTERDAY = ("period_yesterday", "date")
    PERIOD_DAY = ("period_day", "date")
    PERIOD_WEEK = ("period_week", "start end")
    PERIOD_MONTH = ("period_month", "month year")
    PERIOD_QUARTER = ("period_quarter", "quarter year")
    PERIOD_RANGE = ("period_range", "start end")
    PERIOD_DAILY = ("period_daily", "moment")
    PERIOD_WEEKLY = ("period_weekly", "moment")

    # how people and places are called
    WHO = ("who", "name")
    WHO_WITH_TITLE = ("who_with_title", "name title")
    WHO_UNKNOWN = ("who_unknown", "")
    GROUP = ("group", "name")
    GROUP_UNNAMED = ("group_unnamed", "id")
    CLAUSES_OF_ARTICLE = ("clauses_of_article", "article clauses")
    CLAUSE_UNKNOWN = ("clause_unknown", "number")

    def __init__(self, key: str, fields: str) -> None:
        self.key = key
        self.fields = frozenset(fields.split())
