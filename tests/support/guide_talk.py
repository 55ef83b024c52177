"""A dialogue with the guide as a test holds it: what is said and pressed, and what is shown in return."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from chains.guide.commands import Name
from chains.guide.contract import Ask, Recommendation, State, Step
from chains.guide.dialogue import Guide
from chains.guide.saved import state_from_json, state_to_json, step_from_json, step_to_json

START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ANN, BOB = "U0ANN", "U0BOB"


@dataclass
class Talk:
    """One dialogue. Between any two moves it is saved and read again, as in another process."""

    guide: Guide
    state: State = field(default_factory=State)
    step: Step = field(default_factory=Step)
    now: datetime = START

    def begin(self, text: str = "", user: str = ANN) -> Talk:
        return self._moved(*self.guide.begin(text, user, self.now))

    def say(self, *texts: str, user: str = ANN) -> Talk:
        for text in texts:
            self._moved(*self.guide.say(self.state, text, user, self.now))
        return self

    def press(self, values: dict[str, str], question: str = "", user: str = ANN) -> Talk:
        question = question or self.asked.id
        return self._moved(*self.guide.choose(self.state, question, values, user, self.now))

    def press_unsure(self, question: str = "") -> Talk:
        question = question or self.asked.id
        return self._moved(*self.guide.choose(self.state, question, {}, ANN, self.now, unsure=True))

    def command(self, name: Name) -> Talk:
        return self._moved(*self.guide.command(self.state, name, ANN, self.now))

    def wait(self, days: float) -> Talk:
        self.now += timedelta(days=days)
        return self

    @property
    def asked(self) -> Ask:
        assert self.step.ask, f"nothing is asked: {self.step}"
        return self.step.ask

    @property
    def verdict(self) -> Recommendation:
        assert self.step.recommendation, f"no recommendation: {self.step}"
        return self.step.recommendation

    @property
    def notes(self) -> str:
        return "\n".join(self.step.notes)

    @property
    def settled(self) -> dict[str, str]:
        return dict(self.step.settled)

    def _moved(self, state: State, step: Step) -> Talk:
        self.state = state_from_json(state_to_json(state))
        assert self.state == state
        self.step = step_from_json(step_to_json(step))
        assert self.step == step
        return self
