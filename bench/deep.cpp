#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include <algorithm>
#include <random>
#include <vector>

#include "hadal/deep/deep_fit.hpp"

// Images per second of training parallel AlexNets (227 x 227 x 3, all widths divided by the second
// number of a benchmark's name, as many copies as the first one says), beside the same networks
// written with the modules and the Adam of LibTorch alone, without a penalty. On the GPU where
// LibTorch finds one.

namespace {

using hadal::Index;

constexpr Index side = 227, classes = 10;

bool on_gpu() { return torch::cuda::is_available(); }
Index images() { return on_gpu() ? 512 : 32; }
int batch() { return on_gpu() ? 128 : 16; }

hadal::SampleData pictures() {
  hadal::SampleData data;
  data.task = hadal::Task::classification;
  data.has_targets = true;
  data.picture = hadal::SamplePicture{side, side, 3};
  data.inputs.resize(images(), 3 * side * side);
  std::mt19937 generator(1);
  std::normal_distribution<double> normal;
  for (double& value : data.inputs.reshaped()) value = normal(generator);
  data.encoding.columns.assign(static_cast<std::size_t>(data.inputs.cols()), {});
  for (Index k = 0; k < classes; ++k) data.classes.push_back(std::to_string(k));
  for (Index i = 0; i < images(); ++i) data.labels.push_back(static_cast<int>(i % classes));
  return data;
}

torch::nn::Sequential alexnet(Index divisor) {
  using torch::nn::Conv2d, torch::nn::Conv2dOptions, torch::nn::Linear;
  const auto width = [&](Index full) { return full / divisor; };
  torch::nn::Sequential net;
  Index channels = 3;
  const auto convolution = [&](Index full, Index kernel, Index stride, Index padding) {
    net->push_back(
        Conv2d(Conv2dOptions(channels, width(full), kernel).stride(stride).padding(padding)));
    net->push_back(torch::nn::ReLU());
    channels = width(full);
  };
  const auto pool = [&] {
    net->push_back(torch::nn::MaxPool2d(torch::nn::MaxPool2dOptions(3).stride(2)));
  };
  convolution(96, 11, 4, 0);
  pool();
  convolution(256, 5, 1, 2);
  pool();
  convolution(384, 3, 1, 1);
  convolution(384, 3, 1, 1);
  convolution(256, 3, 1, 1);
  pool();
  net->push_back(torch::nn::Flatten());
  Index inputs = channels * 36;
  for (int k = 0; k < 2; ++k, inputs = width(4096)) {
    net->push_back(Linear(inputs, width(4096)));
    net->push_back(torch::nn::ReLU());
  }
  net->push_back(Linear(inputs, classes));
  return net;
}

/// Every step of the benchmark is a fit that grows in its first epochs to at most so many copies;
/// the last ones, which only train, are measured.
void BM_hadal(benchmark::State& state) {
  const hadal::SampleData data = pictures();
  hadal::DeepFitOptions options;
  options.architecture = *hadal::Architecture::built("alexnet:" + std::to_string(state.range(1)));
  options.size_max = state.range(0);
  options.growth = options.growth_interval = 1;
  options.starts = 2;
  options.lambda.value = 1e-4;
  options.epochs = 12;  // of which eight may grow
  options.batch = batch();
  double seconds = 0;
  Index count = 0;
  constexpr int measured = 3;
  for (auto _ : state) {
    const hadal::DeepModel model = hadal::fit_deep_network(data, options);
    seconds += model.trace.back().seconds - model.trace[model.trace.size() - 1 - measured].seconds;
    count += images() * measured;
    state.counters["copies"] = static_cast<double>(model.trace.back().size);
  }
  state.counters["images/s"] = static_cast<double>(count) / seconds;
}

void BM_plain(benchmark::State& state) {
  const auto device = on_gpu() ? torch::kCUDA : torch::kCPU;
  const torch::Tensor x = torch::randn({images(), 3, side, side}).to(device);
  const torch::Tensor y = (torch::arange(images()) % classes).to(torch::kLong).to(device);
  std::vector<torch::nn::Sequential> copies;
  std::vector<torch::Tensor> parameters;
  for (Index k = 0; k < state.range(0); ++k) {
    copies.push_back(alexnet(state.range(1)));
    copies.back()->to(device);
    for (const torch::Tensor& parameter : copies.back()->parameters())
      parameters.push_back(parameter);
  }
  torch::optim::Adam adam(parameters, torch::optim::AdamOptions(1e-3));
  const auto step = [&](std::int64_t begin) {
    const torch::Tensor some = x.slice(0, begin, begin + batch());
    torch::Tensor z;
    for (torch::nn::Sequential& copy : copies)
      z = z.defined() ? z + copy->forward(some) : copy->forward(some);
    const torch::Tensor loss =
        torch::nn::functional::cross_entropy(z, y.slice(0, begin, begin + batch()));
    adam.zero_grad();
    loss.backward();
    adam.step();
    return loss.item<double>();
  };
  step(0);
  for (auto _ : state)
    for (std::int64_t begin = 0; begin < images(); begin += batch())
      benchmark::DoNotOptimize(step(begin));
  state.counters["images/s"] =
      benchmark::Counter(static_cast<double>(images()) * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate);
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  const Index divisor = on_gpu() ? 1 : 4;
  for (const Index copies : {1, 2})
    benchmark->Unit(benchmark::kSecond)->UseRealTime()->Args({copies, divisor});
}

BENCHMARK(BM_hadal)->Apply(sizes);
BENCHMARK(BM_plain)->Apply(sizes);

}  // namespace
