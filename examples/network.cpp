// Fits a ReLU network to samples of two classes and says how sure its optimum is.
#include <hadal/hadal.hpp>
#include <iostream>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: example_network SAMPLES.csv   (the last column holds the classes)\n";
    return 2;
  }
  const hadal::SampleData data = hadal::read_samples(argv[1]);
  hadal::NetworkFitOptions options;
  options.lambda = {hadal::LambdaChoice::Kind::ratio, 0.1, 5, false};
  const hadal::NetworkModel model = hadal::fit_network(data, options);
  std::cout << to_string(model.status) << ": " << model.size() << " hidden units, objective "
            << model.certificate.objective << ", at least " << model.certificate.lower_bound
            << '\n';
  const hadal::Factor probability = predictions(model, data.inputs.topRows(1));
  std::cout << "the first sample is of class " << model.classes.front() << " with probability "
            << probability(0, 0) << '\n';
}
