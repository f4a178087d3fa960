"""
Repairing a picture
===================

Half of the pixels of a photograph are missing. Rows and columns of pictures resemble each other, so that a
low-rank matrix fills the gaps. How low? The usual answer is a guess; here a part of the known pixels decides.
"""

import matplotlib.pyplot as plt
import numpy as np
from example_data import picture
from scipy.ndimage import gaussian_filter

import hadal

photograph, known = (pixels[:, 75:375] for pixels in picture())
height, width, _ = photograph.shape
print(f"{height} x {width} pixels, {known.mean():.0%} known")


def flat(pixels):
    """A row of the matrix is a row of pixels, their three colours side by side."""
    return pixels.reshape(height, -1)


def error(pixels, where):
    return np.sqrt(np.mean((pixels - photograph)[where] ** 2))


def with_gaps(where):
    return flat(np.where(where[..., None], photograph, np.nan))


# %%
# Choosing lambda
# ---------------
# A tenth of the known pixels is held out, whole pixels with their three colours. From smaller and smaller
# lambdas the one that predicts them best is taken. The number of components follows from lambda.

held_out = known & (np.random.default_rng(0).random(known.shape) < 0.1)
ratios, sizes, errors = [0.1, 0.05, 0.02, 0.01], [], []
for ratio in ratios:
    trial = hadal.MatrixCompletion(ratio, tol=1e-3, proof="none").fit(with_gaps(known & ~held_out))
    sizes.append(trial.size_)
    errors.append(error(trial.reconstruct().reshape(photograph.shape), held_out))
    print(f"lambda_max x {ratio:5}: {sizes[-1]:3} components, held-out error {errors[-1]:.4f}")
best = ratios[int(np.argmin(errors))]

model = hadal.MatrixCompletion(best, tol=1e-4).fit(with_gaps(known))
repaired = np.where(known[..., None], photograph, model.reconstruct().reshape(photograph.shape))

# %%
# The naive ways
# --------------
# Gaps filled with the mean, then the best approximation of a guessed rank: even the best of these guesses,
# found by peeking at the missing pixels, is far off, because the filling counts as if it had been measured.

mean = photograph[known].mean()
u, s, v = np.linalg.svd(flat(np.where(known[..., None], photograph - mean, 0)), full_matrices=False)
guesses = {
    k: ((u[:, :k] * s[:k]) @ v[:k] + mean).reshape(photograph.shape) for k in (5, 10, 20, 40, 80)
}
guess = min(guesses, key=lambda k: error(guesses[k], ~known))

# %%
# The other naive way is to blur: a missing pixel becomes an average of known neighbours.

weight = gaussian_filter(known.astype(float), 0.7)[..., None]
blurred = gaussian_filter(np.where(known[..., None], photograph, 0), (0.7, 0.7, 0))
blurred = blurred / np.maximum(weight, 1e-9)

results = {
    "half of the pixels": np.where(known[..., None], photograph, 1.0),
    f"mean filling, rank {guess}": guesses[guess],
    f"hadal, {model.size_} components": repaired,
    "average of neighbours": np.where(known[..., None], photograph, blurred),
}
fig, axes = plt.subplots(2, 2, figsize=(9, 6.4))
for ax, (name, pixels) in zip(axes.ravel(), results.items()):
    ax.imshow(np.clip(pixels, 0, 1))
    ax.set_title(f"{name}: error {error(pixels, ~known):.3f}" if "half" not in name else name)
    ax.set_axis_off()
fig.tight_layout()

reached = [error(pixels, ~known) for pixels in results.values()]
assert reached[2] < 0.5 * reached[1]
assert reached[3] < reached[2]

# %%
# The low-rank model is much better than decomposing a filled matrix, and the average of neighbours is better
# than both: the model does not know here that pixels *have* neighbours. For photographs use what knows it. Low
# rank is for tables whose rows and columns have no order, which no blur can fill.
#
# What is proved
# --------------
# That the repaired picture is the minimum of its objective, over matrices of all ranks:

print(f"size {model.size_}, relative gap {model.gap_:.1e}, proof {model.proof_}")
assert model.gap_ <= 1e-4
assert hadal.verify(model, with_gaps(known))["confirmed"]

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
hadal.plot.convergence(model, left)
left.set_title("the gap closes")
right.loglog(ratios, errors, "o-")
for ratio, size, reached in zip(ratios, sizes, errors):
    right.annotate(f"{size}", (ratio, reached), xytext=(0, 6), textcoords="offset points")
right.set(
    xlabel="lambda / lambda_max", ylabel="held-out error", title="components found at each lambda"
)
fig.tight_layout()
