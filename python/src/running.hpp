#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "hadal/fit/fit_options.hpp"

namespace hadal::python {

namespace nb = nanobind;

/// What a fit does while Python waits for it: without the interpreter's lock, it tells a callback
/// of its progress and looks for signals, of which Ctrl-C ends the fit with the best model so far.
/// What a callback or another signal's handler raises ends it as well, and is raised at its end.
class Running {
 public:
  /// callback: None, or called with a dict of every outer iteration.
  explicit Running(nb::object callback) : callback_(std::move(callback)) {}

  FitObserver observer() {
    return [this](const FitProgress& at) { return !told(at); };
  }
  std::function<bool()> cancelled() {
    return [this] { return polled(); };
  }

  /// fit() without the lock.
  template <class Fit>
  auto run(const Fit& fit) {
    auto result = [&] {
      const nb::gil_scoped_release release;
      return fit();
    }();
    if (raised_) throw std::move(*raised_);
    return result;
  }

 private:
  /// Keeps what Python raises; Ctrl-C is no error.
  template <class Act>
  void guarded(const Act& act) {
    try {
      act();
    } catch (nb::python_error& error) {  // held under the interpreter's lock, which guards it
      stop_ = true;
      if (!error.matches(PyExc_KeyboardInterrupt) && !raised_) raised_.emplace(std::move(error));
    }
  }
  bool told(const FitProgress& at) {
    if (!callback_.is_none() && !stop_) {
      const nb::gil_scoped_acquire acquire;
      guarded([&] {
        nb::dict progress;
        progress["stage"] = at.stage;
        progress["step"] = at.step;
        progress["steps"] = at.steps;
        progress["iteration"] = at.iteration.iteration;
        progress["size"] = at.iteration.size;
        progress["objective"] = at.iteration.objective;
        progress["relative_gap"] = at.iteration.relative_gap;
        progress["seconds"] = at.iteration.seconds;
        callback_(progress);
      });
    }
    return polled();
  }
  bool polled() {
    constexpr std::int64_t interval = 20'000'000;  // nanoseconds
    const std::int64_t now = std::chrono::steady_clock::now().time_since_epoch().count();
    std::int64_t last = last_.load();
    if (stop_ || now - last < interval || !last_.compare_exchange_strong(last, now)) return stop_;
    const nb::gil_scoped_acquire acquire;
    guarded([] {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
    });
    return stop_;
  }

  nb::object callback_;
  std::atomic<bool> stop_ = false;
  std::atomic<std::int64_t> last_ = 0;
  std::optional<nb::python_error> raised_;
};

}  // namespace hadal::python
