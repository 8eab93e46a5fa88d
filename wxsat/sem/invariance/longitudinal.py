"""The same items at several waves: which column holds which item when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wxsat.errors import DataError, Fault, UsageError, nearest
from wxsat.sem.invariance.measurement import MeasurementModel

Waves = Mapping[str, Sequence[str]] | Sequence[str] | str
PATTERN = "{item}_{wave}"


def wave_columns(
    model: MeasurementModel, waves: Waves, columns: Sequence[str], pattern: str = PATTERN
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """
    Return the names of the waves, and the column of every item at every wave.

    Parameters
    ----------
    waves : mapping of str to sequence of str, or names
        Item to its columns in the order of the waves; or the names of the waves, for columns that follow `pattern`.
    columns : sequence of str
        Of the data.
    pattern : str
        With ``{item}`` and ``{wave}``.

    Raises
    ------
    UsageError
        SEM-050 fewer than two waves, a pattern without both places, or items with different numbers of columns.
    DataError
        SEM-050 columns that are not there; all at once.

    Examples
    --------
    >>> model = MeasurementModel((("f", "x"), ("f", "y")))
    >>> wave_columns(model, "t1,t2", ["x_t1", "x_t2", "y_t1", "y_t2"])[1]["x"]
    ('x_t1', 'x_t2')
    """
    if isinstance(waves, Mapping):
        found = {item: tuple(str(c) for c in waves.get(item, ())) for item in model.items}
        counts = {len(names) for names in found.values()}
        if len(counts) != 1:
            listed = ", ".join(f"{item}: {len(names)}" for item, names in found.items())
            raise UsageError("SEM-050", f"every item needs a column at every wave; found {listed}.", where="waves")
        names = tuple(str(k) for k in range(1, counts.pop() + 1))
    else:
        parts = waves.split(",") if isinstance(waves, str) else waves
        names = tuple(dict.fromkeys(str(part).strip() for part in parts if str(part).strip()))
        if "{item}" not in pattern or "{wave}" not in pattern:
            raise UsageError("SEM-050", f"pattern {pattern!r} lacks {{item}} or {{wave}}.", where="pattern")
        found = {
            item: tuple(pattern.replace("{item}", item).replace("{wave}", wave) for wave in names)
            for item in model.items
        }
    if len(names) < 2:
        raise UsageError("SEM-050", "two waves at least can be compared.", where="waves", hint='For example "t1,t2".')
    absent = [name for item in model.items for name in found[item] if name not in columns]
    if absent:
        raise DataError.from_faults(
            Fault("SEM-050", f"the data have no column {name!r}.{nearest(name, columns)}", "waves") for name in absent
        )
    return names, found
