"""Who may work which queue: skill, language, site, and whether exposure is open to them at all."""

from __future__ import annotations

from capacity.domain.operation import Operation
from capacity.domain.person import Person
from capacity.domain.pool import Pool


def may_work(person: Person, pool: Pool, operation: Operation, queue: str) -> bool:
    """Whether a person holds what a queue needs; an opted-out person gets no exposed queue."""
    wanted = operation.queue(queue)
    skills = pool.skills if person.skills is None else person.skills
    languages = pool.languages if person.languages is None else person.languages
    speaks = wanted.language is None or wanted.language in languages
    on_site = pool.on_site or not wanted.on_site_only
    bears = not wanted.is_exposed or operation.tier_share(person.tier) > 0
    return wanted.needed_skill in skills and speaks and on_site and bears
