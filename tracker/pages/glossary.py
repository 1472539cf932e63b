"""The project's words, as the help page explains them; README.md lists the same ones."""

GLOSSARY = {
    "source": "A document that predicts.",
    "claim": "One thing it predicts, restated. Its hedge word may be translated to a range by a published scale; that "
    "is a translation, not a number its author gave.",
    "forecast": "A question with one reading, a date, and a rule for settling it. Elsewhere it is called a question or "
    "a market.",
    "wording": "What a forecast asks, from one time on. A change makes a new one, with its reason; each estimate keeps "
    "the one that its author read.",
    "condition, branch": "Another forecast on which this one, its branch, hangs. If that resolves otherwise, this one "
    "is annulled.",
    "pair": "Two branches on one event: given that the condition comes true, and given that it does not.",
    "estimate": "One forecaster’s probability from one time on. Elsewhere it is called a forecast or a prediction.",
    "standing": "Having an estimate that is neither withdrawn nor expired.",
    "evidence": "Something public that bears on a forecast, with the way it points. A likelihood ratio says how many "
    "times likelier it is under yes than under no.",
    "note": "Something said about a forecast, to all who may see its estimates or to oneself alone, often in reply to "
    "another. A withheld note keeps its place and says why.",
    "resolution": "A decision with its reason: yes, no, annulled, or reopened. A correction is a new revision; the old "
    "one stays readable.",
    "settled": "Resolved, and past both the close and the due date. What has resolved before that is provisional.",
    "score, coverage": "What a forecaster earned on a forecast, and for how much of its scheduled time they stood. A "
    "spot score is the score at one announced instant instead of over time.",
    "crowd": "One probability made of all that stand: a median that weighs newer estimates more, a plain median, or "
    "the mean of log odds.",
    "program": "An account whose estimates a program makes by itself, marked so wherever it shows. Boards rank them "
    "with people or apart, as the reader chooses; a forecast may keep them out of its crowd.",
    "peer": "Another who stands at the same moment.",
    "leaderboard": "Forecasters side by side on a scope, by one measure.",
    "calibration": "Whether what is given 70% happens 70% of the time.",
    "scope": "What a board or a calibration is about: everything, a source, a collection or a tag.",
    "totals": "What scores add up to, per owner, scope and year, kept so that no page has to add up rows.",
    "contested": "The part of the time standing that was shared with another.",
    "expected upsets": "How often somebody who means what they say would be surprised: the sum of the smaller of p and "
    "1 − p.",
    "effect": "Of a pair: how much more probable somebody holds the event if the condition comes true than if it does "
    "not; for many, the median of that. It compares what people believe. It is not causation, and no outcome settles "
    "it.",
    "record from elsewhere": "What somebody forecast in another place and brought along: scored from its own times, "
    "which nobody can prove, and kept apart from all that is said here.",
    "rehearsal": "Simulated forecasts and forecasters, labelled as such, which count in their own collection only.",
}
