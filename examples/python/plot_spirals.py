"""
A ReLU network, proved optimal
==============================

Training a network ends in a local minimum, and one restarts and hopes. With one hidden layer of ReLU units and few
inputs the global minimum can be found and proved, and the number of units comes with it.
"""

# sphinx_gallery_thumbnail_number = 3

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import minimize

import hadal

random = np.random.default_rng(0)
samples = 200
turn = np.sqrt(random.random(samples)) * 2.5 * np.pi + 0.5
arm = random.integers(0, 2, samples)
angle = turn + np.pi * arm
x = turn[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]) / 8
x += 0.05 * random.normal(size=x.shape)

# %%
# The fit
# -------
# The logistic loss plus lambda times the sum over units of the norm of the weights in, times that of the weight
# out. That is what ordinary weight decay comes to once each unit is balanced.

net = hadal.ParallelNetClassifier(lambda_ratio=0.01).fit(x, arm)
print(f"{net.size_} units, {net.score(x, arm):.1%} of the samples right")
print(f"objective {net.objective_:.4f}, at least {net.lower_bound_:.4f}")
print(f"relative gap {net.gap_:.1e}: {net.status_}, {net.proof_}")
assert net.status_ == "optimal" and net.gap_ <= 1e-3
assert hadal.verify(net, x, arm)["confirmed"]

fig, axes = plt.subplots(1, 3, figsize=(11, 3.5))
hadal.plot.decision_map(net, x, arm, axes[0])
axes[0].set_title(f"{net.size_} units")
hadal.plot.size(net, axes[1])
axes[1].set_title("units while the fit goes on")
hadal.plot.spectrum(net, axes[2])
axes[2].set(xlabel="unit", title="strength of each unit")
fig.tight_layout()

# %%
# Training in the usual way
# -------------------------
# The same objective, with as many units, from ten random starts: weight decay and L-BFGS. The proved bound says
# of each end how far it can be from the best there is.

inputs = np.column_stack([(x - x.mean(axis=0)) / x.std(axis=0), np.ones(samples)])
sign = 2 * arm - 1


def loss_and_slope(weights, width, decay):
    into, out = weights[: 3 * width].reshape(3, width), weights[3 * width :]
    hidden = np.maximum(inputs @ into, 0)
    margin = sign * (hidden @ out)
    value = np.logaddexp(0, -margin).sum() + decay * (weights @ weights) / 2
    force = -sign / (1 + np.exp(margin))
    slope_into = inputs.T @ (np.outer(force, out) * (hidden > 0))
    return value, np.concatenate([slope_into.ravel(), hidden.T @ force]) + decay * weights


ends = []
for seed in range(10):
    start = np.random.default_rng(seed).normal(size=4 * net.size_) / np.sqrt(3)
    end = minimize(
        loss_and_slope,
        start,
        (net.size_, net.lambda_),
        method="L-BFGS-B",
        jac=True,
        options={"maxiter": 3000},
    )
    ends.append(end.fun)
print(f"trained: {min(ends):.3f} to {max(ends):.3f}; hadal: {net.objective_:.3f}")

fig, ax = plt.subplots(figsize=(8, 3))
ax.plot(range(10), np.sort(ends), "o", label="L-BFGS, ten random starts, sorted")
ax.axhline(net.objective_, color="C1", label="hadal, one fit")
ax.axhline(net.lower_bound_, color="C2", linestyle="--", label="no network of any width is below")
ax.set(xlabel="start", ylabel="objective")
ax.legend()
fig.tight_layout()
assert min(ends) >= net.lower_bound_
assert max(ends) - min(ends) > 0.1

# %%
# How strong the penalty is
# -------------------------
# lambda decides how wide the network is. Each of these is proved to be the best at its lambda, to a thousandth:

fig, axes = plt.subplots(1, 3, figsize=(11, 3.5))
widths = []
for ax, ratio in zip(axes, (0.1, 0.03, 0.003)):
    other = hadal.ParallelNetClassifier(lambda_ratio=ratio).fit(x, arm)
    widths.append(other.size_)
    assert other.status_ == "optimal"
    hadal.plot.decision_map(other, x, arm, ax)
    ax.set_title(f"ratio {ratio}: {other.size_} units, {other.score(x, arm):.0%}")
fig.tight_layout()
assert widths[0] < widths[1] < widths[2]

# %%
# What is proved is that the *training* objective is at its minimum. It says nothing of new samples: lambda is to be
# chosen by held-out ones, as ``hadal.ParallelNetClassifierCV`` does. And it is proved for few inputs only. Up to
# eight dimensions, the bias among them, the proof is exact to the tolerance; beyond, the bound is loose.
