"""A transaction in memory."""

from tests.memory.attachments import MemoryFileScans
from tests.memory.cases import MemoryCaseMessages, MemoryCaseNotes, MemoryCases, MemoryFalseAlarms
from tests.memory.directives import MemoryDirectives
from tests.memory.figures import MemoryDistributions, MemoryStatistics, MemoryVerdicts
from tests.memory.message_acts import MemoryMessageActs
from tests.memory.messaging import (
    MemoryAuditTrail,
    MemoryClaims,
    MemoryDeliveries,
    MemoryFeedback,
    MemoryOutbox,
    MemoryPanelKeys,
    MemoryTrials,
)
from tests.memory.people import MemoryMembers, MemoryOutsiders, MemoryPeople, MemoryRosters
from tests.memory.store import MemoryStore
from tests.memory.work import MemoryGroupChanges, MemoryJobs, MemoryPictures
from zalo_governor.storage.unit_of_work import UnitOfWork


class MemoryUnitOfWork(UnitOfWork):
    """Nothing is rolled back."""

    def __init__(self, store: MemoryStore) -> None:
        self.people = MemoryPeople(store, self)
        self.members = MemoryMembers(store, self)
        self.roster = MemoryRosters(store, self)
        self.outsiders = MemoryOutsiders(store, self)
        self.cases = MemoryCases(store, self)
        self.case_messages = MemoryCaseMessages(store, self)
        self.message_acts = MemoryMessageActs(store, self)
        self.case_notes = MemoryCaseNotes(store, self)
        self.false_alarms = MemoryFalseAlarms(store, self)
        self.group_changes = MemoryGroupChanges(store, self)
        self.directives = MemoryDirectives(store, self)
        self.jobs = MemoryJobs(store, self)
        self.file_scans = MemoryFileScans(store, self)
        self.pictures = MemoryPictures(store, self)
        self.trials = MemoryTrials(store, self)
        self.outbox = MemoryOutbox(store, self)
        self.deliveries = MemoryDeliveries(store, self)
        self.feedback = MemoryFeedback(store, self)
        self.audit = MemoryAuditTrail(store, self)
        self.claims = MemoryClaims(store, self)
        self.panel_keys = MemoryPanelKeys(store, self)
        self.statistics = MemoryStatistics(store, self)
        self.distributions = MemoryDistributions(store, self)
        self.verdicts = MemoryVerdicts(store, self)
