"""Data of the examples: measured ones where they can be had, else simulated ones of the same shape.

A folder that the environment variable HADAL_DATA names may hold ``movielens-small/ratings.csv`` and
``aminoacid/aminoacid.npy``. Ratings are downloaded otherwise, once, into the user's cache.
"""

from __future__ import annotations

import csv
import io
import os
import urllib.request
import zipfile
from http.client import HTTPException
from pathlib import Path

import numpy as np

RATINGS_URL = "https://files.grouplens.org/datasets/movielens/ml-latest-small.zip"

# What some well-known films of MovieLens are called; the ratings have numbers only.
TITLES = {
    1: "Toy Story", 32: "Twelve Monkeys", 47: "Seven", 50: "The Usual Suspects", 110: "Braveheart",
    150: "Apollo 13", 260: "Star Wars", 296: "Pulp Fiction", 318: "The Shawshank Redemption",
    356: "Forrest Gump", 364: "The Lion King", 380: "True Lies", 457: "The Fugitive",
    480: "Jurassic Park", 527: "Schindler's List", 588: "Aladdin", 589: "Terminator 2",
    590: "Dances with Wolves", 592: "Batman", 593: "The Silence of the Lambs", 608: "Fargo",
    648: "Mission: Impossible", 736: "Twister", 750: "Dr. Strangelove", 780: "Independence Day",
    858: "The Godfather", 912: "Casablanca",
    1036: "Die Hard", 1196: "The Empire Strikes Back", 1198: "Raiders of the Lost Ark",
    1210: "Return of the Jedi", 1240: "The Terminator", 1270: "Back to the Future",
    1580: "Men in Black", 2028: "Saving Private Ryan", 2571: "The Matrix", 2762: "The Sixth Sense",
    2858: "American Beauty", 2959: "Fight Club", 3578: "Gladiator", 4226: "Memento", 4306: "Shrek",
    4993: "The Fellowship of the Ring", 5952: "The Two Towers", 7153: "The Return of the King",
    48516: "The Departed", 58559: "The Dark Knight", 79132: "Inception",
}  # fmt: skip


def films(least: int) -> tuple[np.ndarray, list[str], str]:
    """Ratings of films that at least so many users have rated.

    Returns
    -------
    ratings : array (users, films)
        Half a star to five stars, NaN where there is none.
    titles : list of str
    source : str
        Where they are from, in words.
    """
    text, source = _ratings_text()
    if text is None:
        ratings = _simulated_ratings()
        kept = (~np.isnan(ratings)).sum(axis=0) >= least
        return ratings[:, kept], [f"film {k + 1}" for k in np.flatnonzero(kept)], source
    rows = list(csv.reader(io.StringIO(text)))[1:]
    users, user = np.unique([int(row[0]) for row in rows], return_inverse=True)
    names, film = np.unique([int(row[1]) for row in rows], return_inverse=True)
    ratings = np.full((len(users), len(names)), np.nan)
    ratings[user, film] = [float(row[2]) for row in rows]
    kept = (~np.isnan(ratings)).sum(axis=0) >= least
    titles = [TITLES.get(name, f"film {name}") for name in names[kept]]
    return ratings[:, kept], titles, source


def fluorescence() -> tuple[np.ndarray, str]:
    """Fluorescence of five samples of three amino acids (Bro 1997).

    Returns
    -------
    tensor : array (5 samples, 201 emission wavelengths, 61 excitation wavelengths)
    source : str
        Where it is from, in words.
    """
    path = _given("aminoacid/aminoacid.npy")
    if path is not None:
        return np.load(path), f"measured: {path.name}"
    random = np.random.default_rng(0)
    emission = [_peak(np.linspace(250, 450, 201), at, 25) for at in (303, 350, 283)]
    excitation = [_peak(np.linspace(240, 300, 61), at, 12) for at in (276, 280, 258)]
    amount = np.vstack([np.diag([900.0, 800, 700]), random.uniform(200, 500, (2, 3))])
    clean = np.einsum("sc,cm,cx->smx", amount, emission, excitation)
    return clean + 4 * random.normal(size=clean.shape), "simulated: HADAL_DATA has no amino acids"


def picture() -> tuple[np.ndarray, np.ndarray]:
    """Chelsea the cat (photograph by Stéfan van der Walt, CC0), and which pixels are known.

    Returns
    -------
    picture : array (height, width, 3)
        From 0 to 1.
    known : bool array (height, width)
        Half of the pixels, drawn at random.
    """
    from matplotlib import pyplot

    folder = Path(__file__).parent.parent / "pictures"
    picture = pyplot.imread(folder / "chelsea.png").astype(np.float64)
    return picture, pyplot.imread(folder / "chelsea_mask.png") > 0.5


def _given(name: str) -> Path | None:
    folder = os.environ.get("HADAL_DATA")
    path = Path(folder, name) if folder else None
    return path if path is not None and path.exists() else None


def _ratings_text() -> tuple[str | None, str]:
    path = _given("movielens-small/ratings.csv")
    if path is not None:
        return path.read_text(), "measured: MovieLens, ml-latest-small"
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hadal" / "ratings.csv"
    if not cache.exists():
        try:
            with urllib.request.urlopen(RATINGS_URL, timeout=20) as answer:
                archive = zipfile.ZipFile(io.BytesIO(answer.read()))
            cache.parent.mkdir(parents=True, exist_ok=True)
            part = cache.with_suffix(".part")
            part.write_bytes(archive.read("ml-latest-small/ratings.csv"))
            part.replace(cache)
        except (OSError, HTTPException, KeyError, zipfile.BadZipFile) as error:
            return None, f"simulated: MovieLens could not be downloaded ({error})"
    return cache.read_text(), f"measured: MovieLens, ml-latest-small, kept in {cache.parent}"


def _simulated_ratings() -> np.ndarray:
    random = np.random.default_rng(0)
    users, films = 610, 900
    taste = 0.35 * random.normal(size=(users, 4)) @ random.normal(size=(4, films))
    mean = 3.5 + 0.4 * random.normal(size=(users, 1)) + 0.5 * random.normal(size=films)
    stars = np.round(2 * (mean + taste + 0.7 * random.normal(size=taste.shape))) / 2
    popularity, diligence = random.beta(1, 5, films), 2.5 * random.beta(1, 2, (users, 1))
    return np.where(
        random.random(stars.shape) < popularity * diligence, np.clip(stars, 0.5, 5), np.nan
    )


def _peak(at: np.ndarray, centre: float, width: float) -> np.ndarray:
    return np.exp(-(((at - centre) / width) ** 2) / 2)
