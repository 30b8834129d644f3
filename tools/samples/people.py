"""people.csv of the child-safety sample: pseudonyms, tenure, carried exposure."""

from __future__ import annotations

from capacity.domain.seeds import stream

HEADS = {
    "dublin_core": 12,
    "dublin_language": 8,
    "austin_core": 12,
    "austin_text": 8,
    "manila_vendor": 12,
}
HEADER = "id,pool,skills,languages,tier,hours_per_week,tenure_months,time_off,carried_exposure,carried_days,carried_weekends"
EXTRA_LANGUAGE = {"r003": "en fr", "r024": "en es pt", "r031": "en es fr"}
TIME_OFF = {"r005": "2026-02-09 2026-02-10", "r017": "2026-02-16", "r038": "2026-02-20"}
NEW = {"r012", "r032"}


def people_csv(seed: int) -> str:
    """The file's text: ids only, never a name."""
    draw = stream(seed, "people")
    lines, number = [HEADER], 0
    for pool, heads in HEADS.items():
        for _ in range(heads):
            number += 1
            person = f"r{number:03d}"
            tenure = 1 if person in NEW else int(draw.gamma(1.6, 11)) + 2
            worked = int(draw.integers(0, 3))
            carried = " ".join(f"{hours:.1f}" for hours in draw.uniform(2.0, 3.6, size=worked))
            fields = [
                person,
                pool,
                "",
                EXTRA_LANGUAGE.get(person, ""),
                "new" if person in NEW else "standard",
                "",
                str(tenure),
                TIME_OFF.get(person, ""),
                carried,
                str(worked),
                str(int(draw.integers(0, 2))),
            ]
            lines.append(",".join(fields))
    return "\n".join(lines) + "\n"
