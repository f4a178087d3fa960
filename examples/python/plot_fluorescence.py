"""
Three amino acids
=================

Five samples with tyrosine, tryptophan and phenylalanine in unknown amounts; each was lit at 61 wavelengths, and
its light measured at 201. The data are a tensor, sample x emission x excitation, and physics says that it is a sum
of one rank-one tensor for each substance. How many substances are there, and what are their spectra?
"""

import matplotlib.pyplot as plt
import numpy as np
from example_data import fluorescence

import hadal

tensor, source = fluorescence()
print(source)
print(f"{tensor.shape}, from {tensor.min():.0f} to {tensor.max():.0f}")

# %%
# The fit
# -------
# Amounts and spectra are not negative. lambda is chosen by three folds of entries. The penalty shrinks, so that a
# refit without it, of the components that were found, is what the folds are judged by.

model = hadal.TensorFactorizationCV(cv=3, nonnegative=True, refit="factors").fit(tensor)
print(f"{model.size_} components")
assert model.size_ == 3

left = tensor - model.reconstruct()
explained = 1 - (left**2).sum() / (tensor**2).sum()
print(f"they explain {explained:.2%} of the squares")
assert explained > 0.995

# %%
# The components are spectra, and nobody told the fit how many there are:

fig, axes = plt.subplots(1, 3, figsize=(11, 3))
hadal.plot.modes(model, axes=axes)
for ax, name in zip(axes, ("sample", "emission wavelength", "excitation wavelength")):
    ax.set_xlabel(f"{name} (index)")
fig.tight_layout()

# %%
# Three of the samples are pure: each of them has one component, the other two all three.

amounts = model.factors_[0] / model.factors_[0].max(axis=0)
print(np.round(amounts, 2))
assert (amounts > 0.1).sum(axis=1).tolist().count(1) == 3

# %%
# Guessing the number
# -------------------
# What if one had guessed? Limits on the size show it: with two components a substance is missing, and a fourth
# is not used.

for size_max in (1, 2, 4):
    guess = hadal.TensorFactorization(
        lambda_value=model.lambda_,
        nonnegative=True,
        refit="factors",
        size_max=size_max,
        proof="none",
    ).fit(tensor)
    rest = tensor - guess.reconstruct()
    print(
        f"at most {size_max}: {guess.size_} found, {(rest**2).sum() / (tensor**2).sum():.2%} unexplained"
    )
    assert guess.size_ == min(size_max, 3)

# %%
# What is proved
# --------------
# The certificate belongs to the penalised model, before the refit: no model of any number of components has an
# objective below the bound. The best rank-one part of a tensor is NP-hard to find in general; here the mode of
# samples is short, and branch and bound over it gives a bound that is close.

print(f"objective {model.objective_:.4e}, at least {model.lower_bound_:.4e}")
print(f"relative gap {model.gap_:.2%}, proof {model.proof_}")
print(model.certificate_["method"])
assert model.gap_ < 0.02
assert hadal.verify(model, tensor)["confirmed"]

# %%
# A gap that is not zero leaves open whether a slightly better model exists, with another number of components
# perhaps. Nor does it say that the three are right. The held-out error of the refits says that: it falls steeply
# and then stays the same, whatever lambda, so that the largest of these lambdas is taken.

fig, ax = plt.subplots(figsize=(6, 3))
hadal.plot.path(model, ax)
for at, size, reached in zip(
    *(model.path_[name] for name in ("lambda", "size", "validation_error"))
):
    ax.annotate(f"{size:.0f}", (at, reached), xytext=(3, 5), textcoords="offset points")
ax.set_title("components of the penalised model at each lambda")
fig.tight_layout()
