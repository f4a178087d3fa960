"use strict";
(() => {
  const data = JSON.parse(document.getElementById("plot-data").textContent);
  const blue = "#0b5394", teal = "#1a936f", grey = "#8a99a8", orange = "#d9480f";

  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 13;
  Chart.defaults.color = "#5b6b7b";
  Chart.defaults.borderColor = "#e8edf1";

  /** As many digits as the step between neighbouring ticks needs, so that no two look alike. */
  function tickLabel(value, ticks) {
    const step = ticks.length > 1 ? Math.abs(ticks[1].value - ticks[0].value) : Math.abs(value);
    const largest = Math.max(...ticks.map(tick => Math.abs(tick.value)));
    if (largest >= 1e9 || (largest > 0 && largest < 1e-3)) {
      const digits = step > 0 ? Math.ceil(Math.log10(largest / step)) : 0;
      return value === 0 ? "0" : value.toExponential(Math.min(12, Math.max(0, digits)));
    }
    const decimals = step > 0 ? Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)) : 0;
    return value.toFixed(Math.min(12, decimals));
  }

  /** Of a logarithmic axis: powers of ten, and 2 and 5 times them where there are few. */
  function keepRoundTicks(scale) {
    const values = scale.ticks.map(tick => tick.value);
    const decades = Math.log10(Math.max(...values) / Math.min(...values));
    const kept = decades < 2.5 ? [1, 2, 5] : [1];
    scale.ticks = scale.ticks.filter(({ value }) =>
      kept.includes(Math.round(1e6 * value / 10 ** Math.floor(Math.log10(value) + 1e-9)) / 1e6));
  }

  function logTickLabel(value) {
    return value >= 1e-3 && value < 1e5 ? String(Number(value.toPrecision(1))) : value.toExponential(0);
  }

  function axis(title, options = {}) {
    const { ticks, ...others } = options;
    const logarithmic = options.type === "logarithmic";
    const label = logarithmic ? logTickLabel : tickLabel;
    return {
      title: { display: true, text: title },
      ticks: { maxRotation: 0, autoSkip: !logarithmic, autoSkipPadding: 12, callback: (value, _, all) => label(value, all), ...ticks },
      ...(logarithmic ? { afterBuildTicks: keepRoundTicks } : { type: "linear" }),
      ...others,
    };
  }

  /** A dashed line across the plot at a value of the axis "x" or "y", with a label. */
  const marker = {
    id: "marker",
    afterDatasetsDraw(chart, _, options) {
      if (!(options.value > 0)) return;
      const area = chart.chartArea, context = chart.ctx;
      const at = chart.scales[options.axis].getPixelForValue(options.value);
      const across = options.axis === "x";
      if (across ? at < area.left || at > area.right : at < area.top || at > area.bottom) return;
      context.save();
      context.strokeStyle = context.fillStyle = orange;
      context.setLineDash([5, 4]);
      context.beginPath();
      context.moveTo(across ? at : area.left, across ? area.top : at);
      context.lineTo(across ? at : area.right, across ? area.bottom : at);
      context.stroke();
      context.font = `13px ${Chart.defaults.font.family}`;
      const width = context.measureText(options.label).width;
      if (across) {
        const fits = at + 6 + width < area.right;
        context.fillText(options.label, fits ? at + 6 : at - 6 - width, area.top + 13);
      } else {
        const left = options.align === "left" ? area.left + 6 : area.right - width - 4;
        context.fillText(options.label, left, at - area.top > 18 ? at - 6 : at + 15);
      }
      context.restore();
    },
  };

  const charts = [];
  function draw(id, type, datasets, scales, options = {}) {
    const { legend = false, ...plugins } = options;
    charts.push(new Chart(document.getElementById(id), {
      type,
      data: { datasets, labels: options.labels },
      plugins: [marker],
      options: {
        scales,
        interaction: { mode: "nearest", axis: "x", intersect: false },
        plugins: {
          legend: { display: legend, align: "end", labels: { usePointStyle: true, boxHeight: 7, filter: item => item.text } },
          ...plugins,
        },
      },
    }));
  }

  const points = (x, y) => x.map((value, k) => ({ x: value, y: y[k] }));
  const line = (label, color, xy, options = {}) => ({
    label, data: xy, borderColor: color, backgroundColor: color, borderWidth: 2,
    pointRadius: xy.length <= 40 ? 3 : 0, ...options,
  });

  /** From zero, unless the fit began late because a cross-validation came first. */
  function timeAxis(seconds) {
    const late = seconds[0] > 0.3 * seconds[seconds.length - 1];
    return axis("seconds since the start", { beginAtZero: !late });
  }

  function drawConvergence(trace) {
    const positive = trace.relative_gap.map(gap => (gap > 0 ? Math.max(gap, 1e-17) : null));
    draw("plot-gap", "line", [line("relative gap", blue, points(trace.seconds, positive))],
      { x: timeAxis(trace.seconds), y: axis("relative gap", { type: "logarithmic", suggestedMin: data.tolerance / 2 }) },
      { marker: { axis: "y", value: data.tolerance, label: "tolerance", align: "left" } });

    // The first lower bounds may be far below everything else: they must not flatten the curves, and
    // come in from below.
    const low = Math.min(...trace.objective), high = Math.max(...trace.objective);
    const floor = low - Math.max(high - low, 1e-9 * Math.abs(low));
    const cut = trace.lower_bound.some(value => value !== null && value < floor);
    draw("plot-objective", "line",
      [line("objective", blue, points(trace.seconds, trace.objective)),
       line("lower bound", teal, points(trace.seconds, trace.lower_bound))],
      { x: timeAxis(trace.seconds), y: axis("objective", cut ? { min: floor } : {}) }, { legend: true });

    draw("plot-size", "line", [line("size", blue, points(trace.iteration, trace.size), { stepped: true })],
      { x: axis("iteration", { ticks: { precision: 0 } }), y: axis("size", { beginAtZero: true, ticks: { precision: 0 } }) });
  }

  /** With the line of lambda where that is what the penalty took off each value. */
  function drawSpectrum(values) {
    const taken = data.shrinks ? { suggestedMax: data.lambda * 1.1 } : {};
    const bars = { label: "strength", data: values, backgroundColor: blue, categoryPercentage: 0.9, barPercentage: 0.9, maxBarThickness: 60 };
    draw("plot-spectrum", "bar", [bars],
      { x: { title: { display: true, text: "pattern" }, grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 12 } },
        y: axis("strength", { beginAtZero: true, ...taken }) },
      { labels: values.map((_, k) => k + 1),
        ...(data.shrinks ? { marker: { axis: "y", value: data.lambda, label: "lambda" } } : {}) });
  }

  function drawPath(path) {
    const shifted = sign => path.error.map((error, k) =>
      error === null ? null : error + sign * (path.standard_error[k] ?? 0));
    const edge = { borderWidth: 0, pointRadius: 0, backgroundColor: "rgba(11, 83, 148, 0.14)" };
    draw("plot-path", "line",
      [line("held-out error", blue, points(path.lambda, path.error)),
       line("", blue, points(path.lambda, shifted(1)), { ...edge, fill: "+1" }),
       line("", blue, points(path.lambda, shifted(-1)), edge)],
      { x: axis("lambda", { type: "logarithmic", min: path.lambda[0], max: path.lambda[path.lambda.length - 1] }),
        y: axis(`error, ${data.unit.split(";")[0]}`) },
      { marker: { axis: "x", value: data.lambda, label: "chosen" },
        tooltip: { filter: item => item.datasetIndex === 0 } });
  }

  /** Vectors over their elements. Of few elements each is a bar: a line would join what is apart. */
  function drawCurves(curves) {
    for (const { id, axis: name, values } of curves) {
      const few = values.length <= 12;
      const shape = few
        ? { label: name, data: values, backgroundColor: blue, maxBarThickness: 24 }
        : line(name, blue, values.map((y, x) => ({ x, y })), { borderWidth: 1, pointRadius: 0 });
      const across = few
        ? { title: { display: true, text: name }, grid: { display: false } }
        : axis(name, { max: values.length - 1 });
      draw(id, few ? "bar" : "line", [shape], { x: across, y: axis("", { title: { display: false } }) },
        few ? { labels: values.map((_, k) => k) } : {});
    }
  }

  /** The objective as drawn at random, and what it is on average. */
  function drawTraining({ epoch, deterministic, stochastic, standard_error }) {
    // Of a normal distribution 99 % lie within 2.576 standard errors.
    const shifted = sign => stochastic.map((y, k) => y + sign * 2.576 * standard_error[k]);
    const edge = { borderWidth: 0, pointRadius: 0, backgroundColor: "rgba(11, 83, 148, 0.2)" };
    // The first steps from a random start must not flatten what follows.
    const later = epoch.map((_, k) => k).filter(k => k === epoch.length - 1 || epoch[k] > 0.01 * epoch[epoch.length - 1]);
    const low = Math.min(...later.map(k => shifted(-1)[k])), high = Math.max(...later.map(k => shifted(1)[k]));
    const margin = 0.05 * (high - low);
    draw("plot-training", "line",
      [line("stochastic, mean of draws", blue, points(epoch, stochastic), { borderWidth: 1, pointRadius: 0 }),
       line("", blue, points(epoch, shifted(1)), { ...edge, fill: "+1" }),
       line("", blue, points(epoch, shifted(-1)), edge),
       line("deterministic", orange, points(epoch, deterministic), { borderDash: [6, 4], pointRadius: 0 })],
      { x: axis("epoch"), y: axis("objective", { min: low - margin, max: high + margin }) },
      { legend: true, tooltip: { filter: item => item.dataset.label } });
  }

  /** Bars side by side, by rank. */
  function drawBars(id, series, across) {
    const count = Math.max(...series.map(({ values }) => values.length));
    draw(id, "bar",
      series.map(({ label, values, color }) => ({ label, data: values, backgroundColor: color, maxBarThickness: 40 })),
      { x: { title: { display: true, text: across }, grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 12 } },
        y: axis("", { beginAtZero: true, title: { display: false } }) },
      { labels: Array.from({ length: count }, (_, k) => k + 1), legend: series.length > 1 });
  }

  function drawEpochs({ seconds, objective, size }) {
    draw("plot-epoch-objective", "line", [line("objective", blue, points(seconds, objective))],
      { x: timeAxis(seconds), y: axis("objective") });
    draw("plot-epoch-size", "line", [line("width", blue, points(seconds, size), { stepped: true })],
      { x: timeAxis(seconds), y: axis("width", { beginAtZero: true, ticks: { precision: 0 } }) });
  }

  if (data.epochs) drawEpochs(data.epochs);
  if (data.training) drawTraining(data.training);
  if (data.spectra) drawBars("plot-spectra",
    [{ label: "target", values: data.spectra.target, color: grey },
     { label: "network", values: data.spectra.product, color: blue }], "singular value");
  if (data.units) drawBars("plot-units", [{ label: "unit", values: data.units, color: teal }], "hidden unit");
  if (data.curves) drawCurves(data.curves);
  if (data.path) drawPath(data.path);
  if (data.strengths) drawSpectrum(data.strengths);
  if (data.trace) drawConvergence(data.trace);

  window.addEventListener("beforeprint", () => charts.forEach(chart => chart.resize()));
  window.addEventListener("afterprint", () => charts.forEach(chart => chart.resize()));
  document.documentElement.dataset.plots = charts.length;
})();
