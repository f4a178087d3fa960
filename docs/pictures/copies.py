"""Copies of a subnetwork in parallel."""

from matplotlib import pyplot
from matplotlib.patches import FancyBboxPatch

fig, ax = pyplot.subplots(figsize=(7.5, 3.4))
layers = ["conv", "ReLU", "pool", "conv", "ReLU", "linear"]


def box(x, y, text, width=0.8, height=0.5, colour="#dce9f5"):
    corner = (x - width / 2, y - height / 2)
    ax.add_patch(
        FancyBboxPatch(corner, width, height, "round,pad=0.02", facecolor=colour, edgecolor="#446")
    )
    ax.text(x, y, text, ha="center", va="center", fontsize=9)


def arrow(a, b):
    ax.annotate("", b, a, arrowprops={"arrowstyle": "->", "color": "#446"})


box(0, 0, "inputs", colour="#eeeeee")
box(8.9, 0, "sum", colour="#eeeeee")
for y, name in ((1.2, "copy 1"), (0.2, "copy 2"), (-1.5, "copy r")):
    for k, layer in enumerate(layers):
        box(1.7 + k, y, layer)
        if k:
            arrow((1.1 + k, y), (1.27 + k, y))
    ax.text(4.2, y + 0.38, name, ha="center", fontsize=9)
    arrow((0.45, 0), (1.25, y))
    arrow((7.15, y), (8.45, 0))
ax.text(4.2, -0.55, "...", ha="center", fontsize=14)
ax.set(xlim=(-0.6, 9.5), ylim=(-1.9, 1.9))
ax.set_axis_off()
fig.tight_layout()
