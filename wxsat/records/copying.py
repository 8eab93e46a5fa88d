"""How much of a post stands in an earlier text of somebody else: character 5-gram containment, by the 100,000.

Candidates are found by a sample of shingles (those whose hash falls in one residue class: the sample of A and of B
agree on what they share), the containment of the best candidates is then counted on all shingles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.records.signature import without_signature

SHINGLE = 5
SAMPLED_ONE_IN = 8
MAX_HOLDERS = 2000
CANDIDATES = 4
THRESHOLDS = (0.6, 0.8, 0.9)
MAIN_THRESHOLD = 0.8
OWN_SHARE = 0.30
OWN_CHARACTERS = 200
_STRIPPED = re.compile(r"《[^》]*》|“[^”]*”|「[^」]*」|『[^』]*』|[^\w]|_", re.UNICODE)
_MULTIPLIER = np.uint64(1_000_003)


@dataclass(frozen=True, eq=False)
class Containment:
    """
    Containment of each text in the best earlier text of another source.

    Attributes
    ----------
    share : ndarray, shape (n,)
        0 to 1; NaN for texts too short to judge (fewer than 20 characters).
    source : ndarray of int, shape (n,)
        Position of that text; -1 where there is none.
    characters : ndarray of int, shape (n,)
        Length after punctuation, quoted laws and quotations are taken off.
    """

    share: NDArray[np.float64]
    source: NDArray[np.int64]
    characters: NDArray[np.int64]

    def copied(self, threshold: float = MAIN_THRESHOLD) -> NDArray[np.float64]:
        """
        Return 1 for copied, 0 for not, NaN for not judged.

        Notes
        -----
        A text with 30 % and 200 characters of its own is interpretation, not copying, whatever it quotes.
        """
        own = 1 - self.share
        interprets = (own >= OWN_SHARE) & (own * self.characters >= OWN_CHARACTERS)
        marked = (self.share >= threshold) & ~interprets
        return np.where(np.isnan(self.share), np.nan, marked.astype(float))


def normalised(text: str) -> str:
    r"""
    Return a text without punctuation, titles of laws in 《》, quotations, white space and signature lines.

    Signature lines: see :func:`wxsat.records.signature.without_signature`.

    Examples
    --------
    >>> normalised("根据《条例》，请于 3 月 1 日前办理。")
    '根据请于3月1日前办理'
    >>> normalised("请于月底前办理。\n某市人民政府办公室\n2026年3月1日\n责编：某某")
    '请于月底前办理'
    """
    return _STRIPPED.sub("", without_signature(text))


def shingles(text: str) -> NDArray[np.uint64]:
    """Return the sorted distinct hashes of the character 5-grams of a normalised text."""
    points = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if len(points) < SHINGLE:
        return np.empty(0, np.uint64)
    n = len(points) - SHINGLE + 1
    mixed = points[:n].copy()
    for step in range(1, SHINGLE):
        mixed = mixed * _MULTIPLIER + points[step : step + n]
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)
    return np.unique(mixed)


def containment(texts: Sequence[str], times: NDArray[np.datetime64], owners: Sequence[str]) -> Containment:
    r"""
    Return how much of each text stands in one earlier text of another owner: :math:`C(A, B) = |A \cap B| / |A|`.

    Parameters
    ----------
    texts : sequence of str
    times : ndarray of datetime64, shape (n,)
    owners : sequence of str
        Account, or the name of the pool of documents; a text is never held against its own owner's.

    Returns
    -------
    Containment

    Notes
    -----
    Exact for every candidate that is examined; a text whose containment is high is missed only if none of its sampled
    shingles (one in eight) is shared, or all are held by more than 2,000 texts.
    """
    n = len(texts)
    clean = [normalised(text) for text in texts]
    characters = np.array([len(text) for text in clean], dtype=np.int64)
    sets = [shingles(text) for text in clean]
    share = np.where(characters >= 4 * SHINGLE, 0.0, np.nan)
    source = np.full(n, -1, dtype=np.int64)
    rank = np.lexsort((np.arange(n), times))
    order = np.empty(n, dtype=np.int64)
    order[rank] = np.arange(n)
    _, owner = np.unique(np.asarray(owners, dtype=object).astype(str), return_inverse=True)
    for later, earlier in _candidates(sets, order, owner):
        shared = np.intersect1d(sets[later], sets[earlier], assume_unique=True).size
        part = shared / sets[later].size
        if part > share[later]:
            share[later], source[later] = part, earlier
    return Containment(share, source, characters)


def _candidates(
    sets: list[NDArray[np.uint64]], order: NDArray[np.int64], owner: NDArray[np.int64]
) -> list[tuple[int, int]]:
    """Pairs (later, earlier) of different owners that share most sampled shingles, a few for each later text."""
    from scipy.sparse import csr_array

    sampled = [hashes[hashes % np.uint64(SAMPLED_ONE_IN) == 0] for hashes in sets]
    rows = np.repeat(np.arange(len(sets)), [len(s) for s in sampled])
    if not len(rows):
        return []
    _, columns, holders = np.unique(np.concatenate(sampled), return_inverse=True, return_counts=True)
    useful = (holders[columns] > 1) & (holders[columns] <= MAX_HOLDERS)
    rows, columns = rows[useful], columns[useful]
    incidence = csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(sets), len(holders)))
    found: list[tuple[int, int]] = []
    for start in range(0, len(sets), 500):
        shared = (incidence[start : start + 500] @ incidence.T).tocsr()
        for local in range(shared.shape[0]):
            later = start + local
            span = slice(shared.indptr[local], shared.indptr[local + 1])
            others, counts = shared.indices[span], shared.data[span]
            allowed = (order[others] < order[later]) & (owner[others] != owner[later])
            others, counts = others[allowed], counts[allowed]
            best = np.argsort(-counts, kind="stable")[:CANDIDATES]
            found.extend((later, int(other)) for other in others[best])
    return found
