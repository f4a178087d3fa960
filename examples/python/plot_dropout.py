"""
What dropout minimises
======================

Training a linear network with dropout is stochastic gradient descent on a deterministic objective, and the minimum
of that has a formula. Here both are done, side by side.

With hidden units kept with probability :math:`t` and divided by it,

.. math::

   E\\,\\|Y - U\\,\\mathrm{diag}(z)\\,V^T / t\\|^2
   = \\|Y - U V^T\\|^2 + \\frac{1 - t}{t} \\sum_i \\|u_i\\|^2 \\|v_i\\|^2 .
"""

# sphinx_gallery_thumbnail_number = 2

import matplotlib.pyplot as plt
import numpy as np

import hadal

random = np.random.default_rng(0)
signal = random.normal(size=(60, 5)) @ np.diag([5, 4, 3, 2, 1]) @ random.normal(size=(5, 40)) / 6
target = signal + 0.3 * random.normal(size=signal.shape)
retain, width = 0.8, 20

# %%
# The formula holds
# -----------------
# Any two factors, and the mean over many draws of the noise:

u, v = random.normal(size=(60, width)) / 5, random.normal(size=(40, width)) / 5
masks = random.random((4000, width)) < retain
drawn = np.mean([np.sum((target - (u * mask / retain) @ v.T) ** 2) for mask in masks])
norms = np.sum(u**2, axis=0) * np.sum(v**2, axis=0)
expected = np.sum((target - u @ v.T) ** 2) + (1 - retain) / retain * norms.sum()
print(f"mean of 4,000 draws {drawn:.1f}, formula {expected:.1f}")
assert abs(drawn / expected - 1) < 0.01

# %%
# The minimum, and training
# -------------------------
# ``method="closed"`` is the formula of the optimum, ``"sgd"`` draws the noise and descends.

closed = hadal.DropoutFactorization(retain, width).fit(target)
trained = hadal.DropoutFactorization(retain, width, method="sgd").fit(target)
print(f"closed form {closed.objective_:.4f}, proved to be at least {closed.lower_bound_:.4f}")
print(f"trained     {trained.objective_:.4f}, above the bound by {trained.gap_:.2%}")
assert closed.status_ == "optimal" and closed.gap_ < 1e-6
assert 0 < trained.gap_ < 0.005
assert hadal.verify(closed, target)["confirmed"] and hadal.verify(trained, target)["confirmed"]

fig, ax = plt.subplots(figsize=(8, 3))
ax.semilogy(
    trained.history_["iteration"], trained.history_["objective"], label="training with dropout"
)
ax.axhline(
    closed.lower_bound_, color="C2", linestyle="--", label="no network of this width is below"
)
ax.set(xlabel="epoch", ylabel="objective")
ax.legend()
fig.tight_layout()

# %%
# What the optimum looks like
# ---------------------------
# All singular values are shrunk by one amount, and small ones vanish: dropout is a squared nuclear norm in disguise.
# And all hidden units do the same share of the work.

values = np.linalg.svd(target, compute_uv=False)
kept = np.linalg.svd(closed.reconstruct(), compute_uv=False)
shrunk = (values - kept)[: closed.size_]
print(
    f"{closed.size_} singular values are left, each smaller by {shrunk.min():.4f} to {shrunk.max():.4f}"
)
np.testing.assert_allclose(shrunk, shrunk[0], rtol=1e-6)
shares = np.linalg.norm(closed.row_factors_, axis=0) * np.linalg.norm(closed.components_, axis=1)
np.testing.assert_allclose(shares, shares[0], rtol=1e-6)

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
left.plot(values, "o-", label="data")
left.plot(kept, "s-", label="with dropout")
left.set(xlabel="singular value", title="shrunk by one amount")
left.legend()
right.bar(np.arange(width), shares, label="closed form")
right.plot(np.sort(trained.model_.unit_products)[::-1], "C1.", label="trained")
right.set(xlabel="hidden unit", title="the units share the work", ylim=(0, None))
right.legend(loc="lower right")
fig.tight_layout()

# %%
# Wider networks are regularised less
# -----------------------------------
# At a fixed retain probability the penalty on the product is divided by the width. With the width left out, the
# retain probability adapts so that it stays the same, and the width is found.

for units in (5, 10, 20, 40):
    wide = hadal.DropoutFactorization(retain, units).fit(target)
    off = np.sqrt(np.mean((wide.reconstruct() - signal) ** 2))
    print(
        f"width {units:2}: rank {wide.size_:2}, error of the signal {off:.3f}, gap {wide.gap_:.0e}"
    )
    assert wide.status_ == "optimal"
free = hadal.DropoutFactorization(retain).fit(target)
print(
    f"width found: {free.components_.shape[0]}, its units kept with probability {free.model_.retain:.2f}"
)
assert free.components_.shape[0] == free.size_

# %%
# What this does not say: anything about networks with nonlinear units, where dropout has no such formula; and with
# several hidden layers the bound is that of a convex envelope, and a few per cent may stay open.
