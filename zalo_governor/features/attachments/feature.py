"""The feature `attachments`: scans of files and pictures."""

from zalo_governor.features.attachments.subscriber import AttachmentScans
from zalo_governor.messaging.feature import Feature

FEATURE = Feature(
    "attachments",
    handlers=lambda policy: (AttachmentScans(policy),),
)
