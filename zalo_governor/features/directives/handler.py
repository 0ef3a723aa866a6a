"""What the handlers of the ledger's jobs have in common."""

from zalo_governor.domain.jobs import Job, JobOutcome
from zalo_governor.features.directives.pages import DirectivePages
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.pipeline.jobs import Performed


class LedgerHandler(Speaker):
    """Base of the handlers of the ledger's jobs: nothing is done at Zalo, all is written in the job's transaction."""

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._pages = DirectivePages(policy)

    def perform(self, job: Job) -> Performed:
        """Do nothing: `settle` puts the messages into the outbox, in the transaction that closes the job."""
        return Performed(JobOutcome.DONE)
