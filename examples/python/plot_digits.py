"""
Parts of digits
===============

Handwritten digits as sums of parts: non-negative factors, each a little picture, that only add. Non-negative
matrix factorisation has many local minima, and needs the number of parts beforehand. Here the number is found,
and a bound says how far any other factorisation can be below.
"""

# sphinx_gallery_thumbnail_number = 2

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import NMF

import hadal

digits = load_digits().data / 16
print(f"{digits.shape[0]} pictures of 8 x 8 pixels, from 0 to 1")

# %%
# The fit
# -------
# A larger lambda gives fewer parts. At a fifth of the lambda from which on the model is empty:

few = hadal.NonnegativeFactorization(0.2).fit(digits)
print(f"{few.size_} parts, objective {few.objective_:.3f}, at least {few.lower_bound_:.3f}")
print(f"relative gap {few.gap_:.1e}: {few.status_}, {few.proof_}")
assert few.status_ == "optimal" and few.gap_ <= 1e-4
assert few.components_.min() >= 0 and few.row_factors_.min() >= 0

axes = hadal.plot.pictures(few.components_, (8, 8))
axes[0].figure.set_size_inches(9, 1.8)
axes[0].figure.suptitle(f"{few.size_} parts, proved optimal")

# %%
# At a tenth there are more parts. The gap is a per cent or two: the fit may be better than that, but computing
# the bound exactly is an NP-hard problem, and a relaxation is what can be proved.

many = hadal.NonnegativeFactorization(0.1).fit(digits)
print(f"{many.size_} parts, objective {many.objective_:.3f}, at least {many.lower_bound_:.3f}")
print(f"relative gap {many.gap_:.1%}: {many.status_}, {many.proof_}")
assert many.size_ > 4 * few.size_ and many.gap_ < 0.03

axes = hadal.plot.pictures(many.components_, (8, 8), count=24)
axes[0].figure.set_size_inches(9, 6)
axes[0].figure.suptitle(f"the 24 strongest of {many.size_} parts")

# %%
# ``hadal.verify`` derives both bounds again from the pictures.

assert hadal.verify(few, digits)["confirmed"] and hadal.verify(many, digits)["confirmed"]

# %%
# Beside scikit-learn's NMF
# -------------------------
# The same objective can be given to :class:`sklearn.decomposition.NMF`: with products of norms as penalty, ten random
# starts, and the number of parts that was found above. Every start ends somewhere else.


def objective(w, h):
    sizes = np.linalg.norm(w, axis=0) * np.linalg.norm(h, axis=1)
    return ((digits - w @ h) ** 2).sum() / 2 + few.lambda_ * sizes.sum()


assert np.isclose(objective(few.row_factors_, few.components_), few.objective_)

ends = []
for seed in range(10):
    nmf = NMF(
        few.size_,
        init="random",
        random_state=seed,
        alpha_W=few.lambda_ / digits.shape[1],
        alpha_H=few.lambda_ / digits.shape[0],
        max_iter=500,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ends.append(objective(nmf.fit_transform(digits), nmf.components_))

fig, ax = plt.subplots(figsize=(8, 3))
ax.plot(range(10), ends, "o", label="scikit-learn, one start each")
ax.axhline(few.objective_, color="C1", label="hadal")
ax.axhline(few.lower_bound_, color="C2", linestyle="--", label="no factorisation is below")
ax.set(xlabel="random start", ylabel="objective")
ax.legend()
fig.tight_layout()
print(f"scikit-learn: {min(ends):.3f} to {max(ends):.3f}; hadal: {few.objective_:.3f}")
assert min(ends) > few.lower_bound_
assert max(ends) - min(ends) > 0.01

# %%
# The starts differ by little here, and all are good. What they lack is a way to know it: only the dashed line
# tells that nothing better by more than a ten-thousandth is to be found. What the line does not tell is whether
# these are the parts that one wanted: that is a matter of lambda and of the norms.
