"""
Recommending films
==================

Some hundred users have rated some of some hundred films. What would they say of the others? A table of ratings
is close to a matrix of low rank: a few tastes, and how much each film serves them. The usual way is to guess
the number of tastes. Here it is found, and the fit is proved to be the best there is.
"""

# sphinx_gallery_thumbnail_number = 2

import matplotlib.pyplot as plt
import numpy as np
from example_data import films

import hadal

ratings, titles, source = films(least=50)
known = ~np.isnan(ratings)
print(source)
print(f"{ratings.shape[0]} users, {ratings.shape[1]} films, {known.sum()} ratings")

# %%
# A tenth of the ratings is put aside. Whatever is chosen below is chosen without them.

random = np.random.default_rng(0)
held_out = known & (random.random(ratings.shape) < 0.1)
train = np.where(held_out, np.nan, ratings)


def error(predicted):
    """Root mean squared error of the ratings that were put aside, in stars."""
    return np.sqrt(np.mean((predicted - ratings)[held_out] ** 2))


# %%
# The naive way
# -------------
# Fill the gaps with the mean of each film, decompose, keep a number of components that somebody guessed. The
# best guess is known only because we peek at the ratings that were put aside.

film_means = np.nanmean(train, axis=0)
filled = np.where(np.isnan(train), film_means, train) - film_means
u, s, v = np.linalg.svd(filled, full_matrices=False)
ranks = [1, 2, 5, 10, 20, 50, 100]
guesses = [error(film_means + (u[:, :k] * s[:k]) @ v[:k]) for k in ranks]
print(f"mean of each film: {error(np.broadcast_to(film_means, ratings.shape)):.3f}")
for rank, reached in zip(ranks, guesses):
    print(f"gaps filled with means, rank {rank:3}: {reached:.3f}")

# %%
# The fit
# -------
# Only ratings that exist count. Users and films have offsets of their own, and the norm weighs rows and columns
# by their numbers of ratings. lambda is chosen by three folds of the training ratings.

model = hadal.MatrixCompletionCV(
    cv=3, count_weights=1.0, offset="both", free_offset=True, offset_ridge=1.0
).fit(train)
predicted = model.reconstruct()
print(f"{model.size_} components, held-out error {error(predicted):.3f}")
assert error(predicted) < min(guesses)

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5))
hadal.plot.path(model, left)
left.set_title("choice of lambda")
right.semilogx(ranks, guesses, "o-", label="gaps filled with means")
right.axhline(error(predicted), color="C1", label=f"hadal, {model.size_} components")
right.set(
    xlabel="guessed rank", ylabel="held-out error (stars)", title="against guesses of the rank"
)
right.legend()
fig.tight_layout()

# %%
# What is proved
# --------------
# The certificate has two figures: the objective of this model, and a bound that no model of any rank can be
# below. ``hadal.verify`` derives both again, from the model and the ratings, with code of its own.

print(f"objective   {model.objective_:.6f}")
print(f"lower bound {model.lower_bound_:.6f}  (relative gap {model.gap_:.1e}, {model.proof_})")
assert model.status_ == "optimal" and model.lower_bound_ <= model.objective_
assert hadal.verify(model, train)["confirmed"]

# %%
# It notices when the data are not those of the fit. One rating is changed:

altered = train.copy()
row, column = np.argwhere(~np.isnan(train))[0]
altered[row, column] = 0.5 if train[row, column] > 2 else 5.0
assert not hadal.verify(model, altered)["confirmed"]

# %%
# What the proof does **not** say is that the predictions are good. It says that nobody gets a lower value of
# *this* objective at *this* lambda. How good the predictions are, held-out ratings say: the error above.
#
# Films side by side
# ------------------
# Films that the same users like have similar factors. The 20 films with most ratings, in the plane of the two
# strongest components:

popular = np.argsort(-known.sum(axis=0), kind="stable")[:20]
factors = model.components_
fig, ax = plt.subplots(figsize=(9, 6))
ax.scatter(*factors[:2, popular], s=12)
for film in popular:
    ax.annotate(
        titles[film], factors[:2, film], fontsize=8, xytext=(3, 2), textcoords="offset points"
    )
ax.set(xlabel="component 1", ylabel="component 2")
ax.margins(x=0.2)

# %%
# And what to watch next: the best predictions for the first user, of films not yet rated. They are those of the
# model as it is, not cut off at five stars.

unseen = np.where(known[0], -np.inf, predicted[0])
for film in np.argsort(-unseen)[:5]:
    print(f"{titles[film]:30} {predicted[0, film]:.2f} stars")
