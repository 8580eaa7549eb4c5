"""What a refusal says at the shell: its sentence in English, and under it in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airshed.engine.runner import Answer
    from airshed.model.refusal import Refusal


def in_both(detail: str) -> tuple[str, ...]:
    """The sentence, and its Chinese where it has any; the catalogue is read when something is refused, not before."""
    from airshed.service.forms.refusals import in_chinese

    said = in_chinese(detail)
    return (detail,) if said == detail else (detail, said)


def plain_refusal(refusal: Refusal | None) -> dict[str, Any] | None:
    """A refusal for programs, with its sentence in Chinese too, as the service names it."""
    if refusal is None:
        return None
    from airshed.service.forms.refusals import in_chinese

    chinese = in_chinese(refusal.detail)
    return {"why": refusal.why, "detail": refusal.detail, "detail_zh": chinese, "cite": refusal.cite}


def plain_answer(answer: Answer) -> dict[str, Any]:
    """What a book answered, for programs."""
    said = plain_refusal(answer.refusal)
    return {"seq": answer.seq, "hash": answer.hash, "events": answer.events, "refusal": said}
