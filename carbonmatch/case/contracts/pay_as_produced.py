"""Pay as produced: the buyer takes and pays what the plant generates."""

from __future__ import annotations

from typing import ClassVar, Literal

from carbonmatch.case.contracts.profile import ProfileContract


class PayAsProducedContract(ProfileContract):
    """A physical contract: the buyer takes and pays what the plant generates."""

    may_stand_on_site: ClassVar[bool] = True

    structure: Literal["pay_as_produced"]
