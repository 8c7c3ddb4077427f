"""Many ads from one brief: plan the matrix, run it, keep the manifest, draw the gallery.

campaign = Campaign(Path("brief.yaml"), Path("out"))
for event in campaign.run(adfusion.load("mini")):
    ...                                      # CampaignProgress, and at the end a CampaignResult
"""

from adfusion.campaigns.manifest import Manifest, load_manifest
from adfusion.campaigns.plan import CreativeJob, PictureJob, Plan, plan
from adfusion.campaigns.run import Campaign, CampaignResult
from adfusion.campaigns.worker import CampaignProgress

__all__ = [
    "Campaign",
    "CampaignProgress",
    "CampaignResult",
    "CreativeJob",
    "Manifest",
    "PictureJob",
    "Plan",
    "load_manifest",
    "plan",
]
