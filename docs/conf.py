"""What Sphinx makes the site with; scripts/docs runs it on a copy of docs/ in build/docs/source."""

import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent

project = "hadal"
author = "the authors of hadal"
project_copyright = "the authors of hadal, Apache License 2.0"
release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
exclude_patterns = ["README.md"]

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "matplotlib.sphinxext.plot_directive",
    "sphinx_gallery.gen_gallery",
    "breathe",
]

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"hadal {release}"
html_static_path = [str(ROOT / "build/docs/source/static")]
html_css_files = ["hadal.css"]
html_copy_source = False
smartquotes = False

# MathJax of Debian, which scripts/docs copies: formulas need no network.
mathjax_path = "mathjax/MathJax.js"
mathjax2_config = {
    "jax": ["input/TeX", "output/CommonHTML"],
    "extensions": ["tex2jax.js"],
    "TeX": {"extensions": ["AMSmath.js", "AMSsymbols.js"]},
    "showMathMenu": False,
    "messageStyle": "none",
    "tex2jax": {"inlineMath": [["\\(", "\\)"]], "processClass": "math", "ignoreClass": "document"},
}

autodoc_typehints = "none"  # docstrings say more than types do
autodoc_member_order = "bysource"
autosummary_generate = True
templates_path = ["templates"]
napoleon_google_docstring = False
napoleon_use_param = False  # options that are described together stay together
napoleon_use_rtype = False

sphinx_gallery_conf = {
    "examples_dirs": str(ROOT / "examples/python"),
    "gallery_dirs": "auto_examples",
    "ignore_pattern": "example_data",
    "copyfile_regex": r"example_data\.py",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_signature": False,
    "capture_repr": (),
    "write_computation_times": False,
    "min_reported_time": 3600,
    "remove_config_comments": True,
}

plot_html_show_source_link = False
plot_html_show_formats = False
plot_formats = [("png", 140)]

breathe_projects = {"hadal": str(ROOT / "build/docs/doxygen/xml")}
breathe_default_project = "hadal"
breathe_default_members = ("members",)
suppress_warnings = [
    "duplicate_declaration.cpp",  # every header opens the namespace anew
    "source_code_parser.cpp",  # lambdas as default values, which Sphinx shows as they are
]

# The folders of include/hadal, in the order in which a reader meets them.
FOLDERS = {
    "fit": "Entry points: one function fits each family",
    "data": "Observed entries, samples and tensors; readers and writers",
    "model": "Fitted models and certificates: predict, save, load",
    "verify": "The independent checker",
    "report": "The HTML page about a model",
    "onnx": "Networks for other programs",
    "deep": "Parallel deep subnetworks, on LibTorch",
    "loss": "Losses of entries and their conjugates",
    "norm": "Norms of structured factors and their graphs",
    "dictionary": "Matrices between coefficients and factors",
    "network": "Activations of hidden units, layers and their degrees",
    "dropout": "Linear networks with dropout",
    "atom": "Map, penalty and polar of each family of atoms",
    "solve": "The loop, the path of lambda, and cross-validation",
    "certify": "Bounds on the polar, and certificates",
    "descent": "Local solvers",
    "prox": "Proximal operators",
    "kernel": "Sparse products on observed entries",
    "hadal": "Errors and types",
}

# Links that hold in the source tree, and where the same pages are on the site.
LINKS = [
    (r"\]\(\.\./examples/python/(plot_\w+)\.py\)", r"](auto_examples/\1.rst)"),
    (r"\]\(\.\./examples/python\)", "](auto_examples/index.rst)"),
    (r"\]\(\.\./(CHANGELOG|CONTRIBUTING)\.md", lambda found: f"]({found[1].lower()}.md"),
    (r"\]\(docs/", "]("),
]


def _move_links(app, name, source):
    for pattern, place in LINKS:
        source[0] = re.sub(pattern, place, source[0])


def _name_files_by_path(app):
    """Doxygen's index names files without their folders; breathe finds them by what is there."""
    xml = Path(breathe_projects["hadal"])
    index = ElementTree.parse(xml / "index.xml")
    for compound in index.iterfind("compound[@kind='file']"):
        file = ElementTree.parse(xml / f"{compound.get('refid')}.xml")
        compound.find("name").text = file.find("compounddef/location").get("file")
    index.write(xml / "index.xml")


def _skip_what_is_scikit_learns(app, what, name, thing, skip, options):
    return True if (getattr(thing, "__module__", None) or "").startswith("sklearn") else None


def _link_estimators(app, what, name, thing, options, lines):
    kinds = "Completion|Factorization|Regressor|Classifier"
    for k, line in enumerate(lines):
        lines[k] = re.sub(rf"``(\w+(?:{kinds})(?:CV)?)``", r":class:`~hadal.\1`", line)


def _write_cpp_pages(app):
    """One page for each folder of headers, one section for each header: what hadal.hpp has first."""
    umbrella = (ROOT / "include/hadal/hadal.hpp").read_text()
    headers = {}
    for include in (ROOT / "include", ROOT / "verify/include"):
        for path in sorted(include.glob("hadal/**/*.hpp")):
            file = path.relative_to(include)
            if file.name == "hadal.hpp" or file.parent.name == "algebra":
                continue  # nothing of their own
            headers.setdefault(file.parent.name, []).append(file)
    if unknown := set(headers) - set(FOLDERS):
        raise ValueError(f"folders of headers without a title in FOLDERS: {sorted(unknown)}")
    pages = Path(app.srcdir, "cpp")
    pages.mkdir(exist_ok=True)
    for folder, title in FOLDERS.items():
        first = sorted(headers[folder], key=lambda file: (str(file) not in umbrella, file))
        sections = [f"## {file}\n\n```{{doxygenfile}} {file}\n```\n" for file in first]
        text = "\n".join([f"# {title}\n", *sections])
        (pages / f"{folder}.md").write_text(text)


def setup(app):
    app.connect("source-read", _move_links)
    app.connect("builder-inited", _name_files_by_path)
    app.connect("builder-inited", _write_cpp_pages)
    app.connect("autodoc-process-docstring", _link_estimators)
    app.connect("autodoc-skip-member", _skip_what_is_scikit_learns)
