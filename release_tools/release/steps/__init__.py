"""The steps of release plans: each one external operation on git or its forge, pinned by object names at plan time.

The registry of their kinds is here, for reading stored plans.
"""

from release_tools.engine.codec import registry
from release_tools.release.steps.branches import ForgetBranch, TrackBranch
from release_tools.release.steps.merges import BeginMerge, CloseWorktree, OpenWorktree, SettleFiles
from release_tools.release.steps.objects import AdoptObjects
from release_tools.release.steps.pages import DraftPage, ShowPage, UploadFiles
from release_tools.release.steps.pipelines import StartDeploy
from release_tools.release.steps.protections import PutProtection
from release_tools.release.steps.refs import PushRefs, UpdateRefs
from release_tools.release.steps.requests import AdornRequest, CloseRequest, MergeRequest, OpenRequest, RewriteRequest
from release_tools.release.steps.worktrees import MoveWorktree, SwitchBranch

KINDS = registry(
    AdoptObjects,
    AdornRequest,
    BeginMerge,
    CloseRequest,
    CloseWorktree,
    DraftPage,
    ForgetBranch,
    MergeRequest,
    MoveWorktree,
    OpenRequest,
    OpenWorktree,
    PushRefs,
    PutProtection,
    RewriteRequest,
    SettleFiles,
    ShowPage,
    StartDeploy,
    SwitchBranch,
    TrackBranch,
    UpdateRefs,
    UploadFiles,
)
