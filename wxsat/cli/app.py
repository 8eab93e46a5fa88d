"""The `wxsat` command: registers the sub-commands and turns errors into messages and exit codes."""

from __future__ import annotations

import json
import os
import sys
from typing import Annotated, Any

import typer

from wxsat import __version__
from wxsat.cli import (
    audit,
    diagnose,
    instrument,
    measure,
    panel,
    pls,
    power,
    readiness,
    report,
    responses,
    sem,
    simulate,
    study,
)
from wxsat.cli.terminal import harmless, respect_no_color
from wxsat.errors import UsageError, WxsatError

app = typer.Typer(
    name="wxsat",
    help="Measure how people see a government WeChat account (政务微信) and why: from raw answers to a citable report.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        print(f"wxsat {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Measure how people see a government WeChat account (政务微信) and why."""


app.command("demo")(study.demo)
app.command("new")(study.new)
app.command("run")(study.run)
app.command("diagnose")(diagnose.diagnose)
app.command("report")(report.report)
app.command("audit")(audit.audit)
app.command("panel")(panel.panel)
app.command("readiness")(readiness.readiness)
app.command("simulate")(simulate.simulate)
app.command("power")(power.power)
app.add_typer(instrument.app, name="instrument", help="Show, check and export instruments.")
app.add_typer(responses.app, name="responses", help="Inspect, read, screen and clean answers.")
app.add_typer(measure.app, name="measure", help="Items, reliability and validity.")
app.add_typer(sem.app, name="sem", help="Fit structural equation models.")
app.add_typer(pls.app, name="pls", help="Composite models by partial least squares.")


def _tell(error: WxsatError, as_json: bool) -> None:
    if as_json:
        record: dict[str, Any] = {
            "code": error.code,
            "message": error.message,
            "where": error.where,
            "hint": error.hint,
        }
        if len(error.faults) > 1:
            record["faults"] = [
                {"code": f.code, "message": f.message, "where": f.where, "hint": f.hint} for f in error.faults
            ]
        print(json.dumps({"error": record}, ensure_ascii=False), file=sys.stderr)
    else:
        print(harmless(f"wxsat: {error}"), file=sys.stderr)


def _run(as_json: bool) -> None:
    if not as_json:
        app()
        return
    # Outside its standalone mode typer raises what is wrong with a command line, for us to tell it as JSON.
    code = app(standalone_mode=False)
    if isinstance(code, int) and code:
        sys.exit(code)


def main() -> None:
    """
    Run the command line.

    Exit codes: 0 done, 1 a fault of ours, 2 usage, 3 a bad instrument, study or model file, 4 bad data,
    5 estimation failed, 6 the numbers exist but a stated rule says that they must not be interpreted.
    ``WXSAT_DEBUG=1`` shows the traceback of a fault of ours; ``NO_COLOR=1`` leaves out every escape code.
    """
    as_json = "--json" in sys.argv
    respect_no_color()
    try:
        _run(as_json)
    except WxsatError as error:
        _tell(error, as_json)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("wxsat: interrupted; nothing was left under the final name.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - the reader of our output has gone; keep the exit quiet
        sys.exit(0)
    except Exception as error:
        if as_json and getattr(error, "exit_code", None) == UsageError.exit_code and hasattr(error, "format_message"):
            _tell(UsageError("CLI-002", error.format_message(), hint="--help shows what a command takes."), as_json)
            sys.exit(UsageError.exit_code)
        if os.environ.get("WXSAT_DEBUG"):
            raise
        fault = WxsatError(
            "WX-001",
            f"a fault of ours: {type(error).__name__}: {error}.",
            hint="Run again with WXSAT_DEBUG=1 and send us the trace, please.",
        )
        _tell(fault, as_json)
        sys.exit(1)


if __name__ == "__main__":
    main()
