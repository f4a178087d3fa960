"""run_onnx.py FOLDER: runs every NAME.onnx in it on NAME.npy with ONNX Runtime and writes NAME.csv:
a line of numbers for each sample; of a classification its label stands first."""

import pathlib
import sys

import numpy
import onnxruntime

for model in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    inputs = numpy.load(model.with_suffix(".npy")).astype(numpy.float32)
    names = [output.name for output in session.get_outputs()]
    outputs = dict(zip(names, session.run(None, {"inputs": inputs})))
    with open(model.with_suffix(".csv"), "w") as table:
        values = outputs["probabilities"] if "label" in outputs else outputs["predictions"]
        for i, row in enumerate(values):
            label = [outputs["label"][i]] if "label" in outputs else []
            print(*label, *(repr(float(value)) for value in row), sep=",", file=table)
