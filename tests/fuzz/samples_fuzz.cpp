#include <cmath>

#include "data/sample_readers.hpp"
#include "fuzz_reader.hpp"

namespace {

using namespace hadal;

void require(bool holds) {
  if (!holds) std::abort();
}

/// What is promised of samples that were accepted.
void check(const SampleData& data) {
  const auto samples = static_cast<std::size_t>(data.samples());
  require(samples > 0 && data.inputs.allFinite());
  require(data.inputs.cols() == data.encoding.inputs());
  require(!data.picture || data.picture->inputs() == data.inputs.cols());
  require(data.weight.size() == 0 ||
          (data.weight.size() == data.samples() && data.weight.minCoeff() > 0));
  if (!data.has_targets) return;
  if (data.task == Task::regression) {
    require(data.targets.rows() == data.samples() && data.targets.allFinite());
    return;
  }
  require(data.labels.size() == samples);
  require(data.classes.size() >= 2 && data.classes.size() <= 100);
  for (const int label : data.labels)
    require(label >= -1 && label < static_cast<int>(data.classes.size()));
}

/// Reads by `read(like)`, and what is accepted once more as data for a model, which must give the
/// same. What is refused must be refused with DataError or ArgumentError; anything else is a crash.
template <class Read>
void check_reader(const Read& read) {
  SampleData first;
  try {
    first = read(nullptr);
  } catch (const DataError&) {
    return;
  } catch (const ArgumentError&) {
    return;
  }
  check(first);
  const SampleData again = read(&first);
  check(again);
  require(again.inputs == first.inputs && again.labels == first.labels &&
          again.targets == first.targets && again.weight.size() == first.weight.size());
}

void read_table(std::string_view text, const SampleReadOptions& options) {
  check_reader([&](const SampleData* like) {
    return io::read_sample_table({"fuzz", text}, options, like);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::text(bytes, size);
  SampleReadOptions options;
  options.header = Header::yes;
  read_table(text, options);
  options.missing = Missing::mean;
  options.target_field = "1";
  options.weight_field = "2";
  read_table(text, options);
  options.header = Header::no;
  options.task = TaskChoice::classification;
  read_table(text, options);
  options.target_field = "1,3";
  options.task = TaskChoice::automatic;
  read_table(text, options);
  try {
    check(io::read_sample_table({"fuzz", text}, {}, nullptr));
  } catch (const DataError&) {
  }

  // Two labels, so that what is fuzzed as pictures may be accepted.
  using namespace std::string_view_literals;
  const io::Source labels{"labels", "\0\0\x08\x01\0\0\0\x02\x05\x07"sv};
  check_reader([&](const SampleData* like) {
    return io::read_sample_idx({"fuzz", text}, &labels, {}, like);
  });
  const io::Source targets{"targets",
                           "\x93NUMPY\x01\0\x42\0{'descr': '|u1', 'fortran_order': False, 'shape': "
                           "(2,), }        \n\x05\x07"sv};
  SampleReadOptions with_means;
  with_means.missing = Missing::mean;
  check_reader([&](const SampleData* like) {
    return io::read_sample_arrays({"fuzz", text}, &targets, with_means, like);
  });
  return 0;
}
