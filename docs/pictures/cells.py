"""Cells of a simulated movie, and the parts that are found in it."""

import numpy as np
from matplotlib import pyplot

import hadal

random = np.random.default_rng(3)
side, frames, cells = 24, 150, 5
down, right = np.mgrid[:side, :side]
truth = np.zeros((cells, side, side))
traces = np.zeros((frames, cells))
for c in range(cells):
    y, x = random.uniform(4, side - 4, 2)
    truth[c] = np.clip(1.6 - np.hypot(down - y, right - x) / 2.2, 0, 1)
    spikes = random.random(frames) < 0.04
    traces[:, c] = np.convolve(spikes, np.exp(-np.arange(30) / 8))[:frames]
movie = traces @ truth.reshape(cells, -1) + 0.3 * random.normal(size=(frames, side * side))

found = hadal.StructuredFactorization(
    0.3,
    nonnegative_u=True,
    nonnegative_v=True,
    norm_v="l1 + l2 + 0.5*tv(grid8)",
    shape_v=(side, side),
    offset="none",
    refit=True,
    tol=1e-2,
    proof="none",
).fit(movie)

parts = found.components_.reshape(-1, side, side)
fig, axes = pyplot.subplots(1, 3, figsize=(9, 3.2))
mean = movie.mean(axis=0).reshape(side, side)
shown = [
    (movie[traces.sum(axis=1).argmax()].reshape(side, side), [], "one frame"),
    (mean, truth, f"mean of the movie, {cells} cells"),
    (mean, parts, f"{len(parts)} parts are found"),
]
for ax, (picture, outlines, title) in zip(axes, shown):
    ax.imshow(picture, cmap="gray")
    for k, outline in enumerate(outlines):
        ax.contour(outline, [0.3 * outline.max()], colors=f"C{k}")
    ax.set_title(title)
    ax.set_axis_off()
fig.tight_layout()
