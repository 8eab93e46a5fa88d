"""Small result frames and answers for the figures, and what was drawn on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import wxsat as wx
from wxsat.present import theme
from wxsat.present.figures.account_funnel import plot_account_funnel
from wxsat.present.figures.control_chart import plot_control_charts
from wxsat.present.figures.exclusion_flow import plot_exclusion_flow
from wxsat.present.figures.figure import FigureSpec, build_figure
from wxsat.present.figures.htmt import plot_htmt
from wxsat.present.figures.levers import plot_levers
from wxsat.present.figures.likert import plot_likert
from wxsat.present.figures.priorities import plot_priorities
from wxsat.present.figures.reliability import plot_reliability
from wxsat.present.figures.reply_survival import plot_reply_survival
from wxsat.present.figures.response_surface import plot_response_surface
from wxsat.present.figures.severity import plot_severity
from wxsat.present.figures.sources import plot_sources
from wxsat.responses.responses import CleanResponses

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from wxsat.instrument.instrument import Instrument

NAN = float("nan")


class Look:
    """What is on a drawn figure."""

    @staticmethod
    @contextmanager
    def drawn(spec: FigureSpec) -> Iterator[Figure]:
        """Draw a specification and give the figure while its style still holds."""
        with theme.figure_context(spec.language):
            figure = build_figure(spec)
            figure.canvas.draw()
            yield figure

    @staticmethod
    def by_gid(figure: Figure, gid: str) -> list[Any]:
        """Return the drawn parts with this id, in order."""
        return figure.findobj(lambda artist: artist.get_gid() == gid)

    @staticmethod
    def like_gid(figure: Figure, start: str) -> list[Any]:
        """Return the drawn parts whose id begins so, in order."""
        return figure.findobj(lambda artist: str(artist.get_gid() or "").startswith(start))

    @staticmethod
    def texts(figure: Figure) -> list[Any]:
        """Return every text that shows; labels of ticks beyond the ends of an axis do not."""
        from matplotlib.axis import Axis
        from matplotlib.text import Text

        beyond: set[int] = set()
        for axis in figure.findobj(Axis):
            low, high = sorted(axis.get_view_interval())
            ticks = axis.get_major_ticks()
            beyond |= {id(tick.label1) for tick in ticks if not low - 1e-9 <= tick.get_loc() <= high + 1e-9}
        unique = {id(text): text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()}
        return [text for key, text in unique.items() if key not in beyond]

    @classmethod
    def words(cls, figure: Figure) -> list[str]:
        """Return what the texts say."""
        return [text.get_text() for text in cls.texts(figure)]


@pytest.fixture(scope="session")
def look() -> type[Look]:
    return Look


@pytest.fixture(scope="session")
def instrument() -> Instrument:
    return wx.load_instrument("gov-wechat-public")


@pytest.fixture
def severity() -> pd.DataFrame:
    columns = ["unit", "level", "id", "dilemma", "S", "ci_lower", "ci_upper", "band", "verdict"]
    rows = [
        ("all", "sub", "SHOW", "D1", 55.4, 52.9, 57.9, "orange", "severe"),
        ("all", "sub", "LDR", "D1", 18.6, 16.8, 20.5, "green", "not_severe"),
        ("all", "dilemma", "D1", "D1", 37.0, 35.1, 38.9, "blue", "not_severe"),
        ("all", "sub", "GEO", "D2", NAN, NAN, NAN, None, "not_stated"),
        ("all", "dilemma", "D2", "D2", 61.25, 55.0, 67.5, "red", "undetermined"),
    ]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture
def reliability() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "construct": ["PU", "TRU", "SAT"],
            "n_items": [3, 3, 1],
            "alpha": [0.791, 0.655, NAN],
            "alpha_ci_lower": [0.771, 0.61, NAN],
            "alpha_ci_upper": [0.81, 0.70, NAN],
            "omega": [0.795, 0.66, NAN],
            "cr": [0.794, 0.664, NAN],
        }
    )


@pytest.fixture
def levers() -> pd.DataFrame:
    columns = [
        "lever",
        "dilemma",
        "severity",
        "target",
        "shift",
        "gain",
        "ci_lower",
        "ci_upper",
        "own",
        "extrapolation",
    ]
    rows = [
        ("R1", "D1", 57.0, 20.0, -37.0, 10.9, 9.0, 12.9, 10.9, True),
        ("R2", "D2", 50.8, 20.0, -30.8, 7.7, 5.9, 9.6, 4.3, False),
        ("R3", "D3", 58.5, 20.0, -38.5, 11.2, 8.7, 13.8, 3.9, True),
        ("R4", "D4", 57.8, 20.0, -37.8, -0.4, -1.6, 0.8, -0.2, False),
        ("all", None, NAN, 20.0, NAN, 23.1, 20.3, 25.9, 23.1, True),
    ]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture
def combined() -> pd.DataFrame:
    rows = [("D1", 51.1, 48.8, 53.5), ("D2", 49.7, 46.9, 52.5)]
    return pd.DataFrame(rows, columns=["dilemma", "S", "ci_lower", "ci_upper"])


@pytest.fixture
def sources() -> pd.DataFrame:
    rows = [
        ("D1", "pub", 57.1, 55.2, 59.0), ("D1", "ops", 45.7, 43.1, 48.3), ("D1", "log", 50.6, NAN, NAN),
        ("D2", "pub", 49.7, 46.9, 52.5),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["dilemma", "source", "S", "ci_lower", "ci_upper"])


@pytest.fixture
def accounts() -> pd.DataFrame:
    rows = [
        (dilemma, n, 50 + shift, 18 / n**0.5)
        for dilemma in ("D1", "D2", "D4")
        for n, shift in ((12, 6.0), (30, -3.0), (45, 15.0), (60, 1.0))
    ]
    rows.append(("D1", 6, NAN, NAN))
    return pd.DataFrame(rows, columns=["dilemma", "n", "S_pub", "se"])


@pytest.fixture
def replies() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    kinds = np.repeat(["complaint", "consultation", "suggestion"], 40)
    wait = rng.exponential(4, 120)
    return pd.DataFrame({"account": "A", "kind": kinds, "wait": wait, "replied": rng.random(120) < 0.7})


@pytest.fixture
def months() -> pd.DataFrame:
    values = np.concatenate([np.random.default_rng(1).normal(60, 1, 8), np.full(6, 68.0)])
    return pd.DataFrame({"month": [f"{2025 + m // 12}-{m % 12 + 1:02d}" for m in range(14)], "value": values})


@pytest.fixture
def surface() -> pd.DataFrame:
    frame = pd.DataFrame({"term": [f"b{i}" for i in range(6)] + [f"a{i}" for i in range(1, 5)]})
    values = np.array([60, 0.2, -0.1, -0.01, 0.002, -0.01, 0.1, -0.018, 0.3, -0.022])
    seen = {"x_lower": 5.0, "x_upper": 95.0, "y_lower": 20.0, "y_upper": 70.0}
    return frame.assign(estimate=values, ci_lower=values - 0.1, ci_upper=values + 0.1, n=200, r2=0.31, **seen)


@pytest.fixture
def priorities() -> pd.DataFrame:
    columns = [
        "driver", "kind", "importance", "importance_ci_lower", "importance_ci_upper", "performance",
        "performance_ci_lower", "performance_ci_upper", "quadrant", "p_act_first",
    ]  # fmt: skip
    rows = [
        ("PU", "driver", 0.43, 0.37, 0.49, 56.7, 54.9, 58.6, "keep_up", 0.0),
        ("EOU", "driver", 0.32, 0.25, 0.39, 62.3, 60.3, 64.2, "keep_up", 0.0),
        ("D1", "dilemma", 0.295, 0.24, 0.35, 43.0, 41.2, 44.7, "low_priority", 0.1),
        ("D3", "dilemma", 0.29, 0.23, 0.36, 41.5, 39.8, 43.1, "low_priority", 0.2),
    ]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture
def htmt() -> pd.DataFrame:
    columns = ["a", "b", "htmt", "ci_lower", "ci_upper"]
    rows = [
        ("PU", "EOU", 0.52, 0.48, 0.57),
        ("PU", "SAT", 0.87, 0.82, 0.92),
        ("PU", "TRU", 0.349, 0.30, 0.41),
        ("EOU", "SAT", 0.90, 0.85, 1.02),
        ("EOU", "TRU", NAN, NAN, NAN),
        ("SAT", "TRU", 0.61, 0.55, 0.66),
    ]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture
def flow() -> pd.DataFrame:
    columns = ["step", "n_left", "n_dropped", "reason"]
    rows = [
        ("read", 1500, 0, "rows with at least one answer"),
        ("diligence", 1482, 18, "the respondent said so"),
        ("duplicates", 1482, 0, "answered before"),
        ("careless", 1379, 103, "two families"),
    ]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture
def answers(instrument: Instrument) -> CleanResponses:
    """Twenty respondents: AUD1 as given, AUD3 recoded, SAT on ten points, PU1 unanswered."""
    asked = np.array([1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 7, 7, 7], dtype=float)
    frame = pd.DataFrame(
        {
            "PU1": np.full(20, NAN),
            "PU2": asked,
            "AUD1": np.where(np.arange(20) < 4, NAN, asked),
            "AUD3": 8 - asked,
            "SAT1": np.tile(np.arange(1.0, 11.0), 2),
            "SAT2": np.repeat([3.0, 8.0], 10),
            "SAT3": np.full(20, 10.0),
        }
    )
    reasons = pd.DataFrame("", index=frame.index, columns=frame.columns)
    reasons["PU1"] = "not_shown"
    reasons.loc[:2, "AUD1"] = "dont_know"
    reasons.loc[3, "AUD1"] = "skipped"
    return CleanResponses(
        frame=frame, reasons=reasons, paradata=pd.DataFrame(index=frame.index), rows=np.arange(1, 21),
        instrument=instrument, form="standard", reversed_items=("AUD3",),
    )  # fmt: skip


@pytest.fixture
def make(request: pytest.FixtureRequest, instrument: Instrument) -> Callable[..., FigureSpec]:
    """Return a function: name of a figure and language -> its specification on the frames above."""

    def build(name: str, language: str, **options: Any) -> FigureSpec:
        def frame(fixture: str) -> Any:
            return request.getfixturevalue(fixture)

        named = {"language": language, "instrument": instrument, **options}
        match name:
            case "severity":
                return plot_severity(frame("severity"), **named)
            case "reliability":
                return plot_reliability(frame("reliability"), **named)
            case "levers":
                return plot_levers(frame("levers"), **named)
            case "priorities":
                return plot_priorities(frame("priorities"), **named)
            case "sources":
                return plot_sources(frame("combined"), frame("sources"), **named)
            case "reply-survival":
                spec = plot_reply_survival(frame("replies"), language=language, **options)
                assert spec is not None
                return spec
            case "control-chart":
                spec = plot_control_charts({"x": frame("months")}, language=language, **options)
                assert spec is not None
                return spec
            case "response-surface":
                return plot_response_surface(frame("surface"), language=language, **options)
            case "account-funnel":
                spec = plot_account_funnel(frame("accounts"), **named)
                assert spec is not None
                return spec
            case "htmt":
                return plot_htmt(frame("htmt"), **named)
            case "exclusion-flow":
                return plot_exclusion_flow(frame("flow"), language=language, **options)
            case "likert":
                return plot_likert(frame("answers"), ["PU1", "PU2", "AUD1", "AUD3"], id="likert", title="T", **named)
            case _:
                return plot_likert(frame("answers"), ["SAT1", "SAT2", "SAT3"], id="likert10", title="T", **named)

    return build
