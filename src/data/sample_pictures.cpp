#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <system_error>

#include "hadal/error.hpp"
#include "readers.hpp"
#include "sample_inputs.hpp"
#include "sample_readers.hpp"
#include "sample_targets.hpp"

namespace hadal::io {
namespace {

namespace fs = std::filesystem;

/// What is in a folder but hidden files, in the order of the names' bytes.
std::vector<fs::path> listed(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  fs::directory_iterator it(folder, error);
  for (; !error && it != fs::directory_iterator(); it.increment(error)) {
    if (!it->path().filename().string().starts_with('.')) paths.push_back(it->path());
  }
  if (error)
    throw DataError(fmt::format("{}: cannot be read: {}", folder.string(), error.message()));
  std::sort(paths.begin(), paths.end(),
            [](const fs::path& a, const fs::path& b) { return a.string() < b.string(); });
  return paths;
}

struct PictureFile {
  fs::path path;
  std::string label;  ///< the name of its folder; none where pictures stand alone
};

void add_class(std::vector<PictureFile>& files, const fs::path& folder) {
  const Source source{folder.string(), {}};
  const std::string label = folder.filename().string();
  if (!is_utf8(label)) refuse(source, "its name is not valid UTF-8: expected the name of a class");
  const std::vector<fs::path> pictures = listed(folder);
  if (pictures.empty()) refuse(source, "is empty: expected PNG pictures of its class");
  for (const fs::path& path : pictures) {
    if (fs::is_directory(path))
      refuse({path.string(), {}}, "is a folder: expected PNG pictures in the folder of a class");
    files.push_back({path, label});
  }
}

std::vector<PictureFile> find_pictures(const fs::path& folder, bool may_stand_alone) {
  const Source source{folder.string(), {}};
  const std::vector<fs::path> paths = listed(folder);
  if (paths.empty()) refuse(source, "is empty: expected a folder of PNG pictures for every class");
  const bool alone = may_stand_alone && !fs::is_directory(paths.front());
  std::vector<PictureFile> files;
  for (const fs::path& path : paths) {
    if (fs::is_directory(path) == alone) {
      refuse({path.string(), {}},
             alone ? "is a folder: expected PNG pictures alone, as the first one is"
                   : "is not a folder: expected a folder of PNG pictures for every class");
    }
    if (alone) {
      files.push_back({path, {}});
    } else {
      add_class(files, path);
    }
  }
  return files;
}

SamplePicture shape_of(const MatrixData& data) {
  return {data.picture->width, data.picture->height, data.picture->channels};
}

/// Puts the picture, of which the channels lie side by side, into a row of inputs from 0 to 1.
void store_picture(const MatrixData& data, const SamplePicture& picture,
                   Eigen::Ref<Eigen::RowVectorXd> inputs) {
  const double most = data.picture->bit_depth == 16 ? 65535 : 255;
  inputs.setConstant(std::numeric_limits<double>::quiet_NaN());
  const Entries& entries = data.entries;
  for (std::size_t k = 0; k < entries.value.size(); ++k) {
    const Index channel = entries.column[k] / picture.width, x = entries.column[k] % picture.width;
    const Index pixel = entries.row[k] * picture.width + x;
    inputs[pixel * picture.channels + channel] = entries.value[k] / most;
  }
}

void read_pictures(SampleData& data, const std::vector<PictureFile>& files, const Source& folder) {
  for (std::size_t k = 0; k < files.size(); ++k) {
    const FileBytes file(files[k].path);
    const MatrixData picture = read_png(file.source(), {});
    const SamplePicture shape = shape_of(picture);
    if (k == 0) {
      data.picture = shape;
      require_samples(folder, files.size(), static_cast<std::uint64_t>(shape.inputs()));
      data.inputs.resize(std::ssize(files), shape.inputs());
    }
    if (shape.width != data.picture->width || shape.height != data.picture->height ||
        shape.channels != data.picture->channels) {
      refuse(file.source(), fmt::format("{}: expected {}, as {} has", shown(shape),
                                        shown(*data.picture), files[0].path.string()));
    }
    store_picture(picture, shape, data.inputs.row(static_cast<Index>(k)));
  }
}

}  // namespace

SampleData read_sample_pictures(const fs::path& folder, const SampleReadOptions& options,
                                const SampleData* like) {
  if (like == nullptr && options.task == TaskChoice::regression)
    throw ArgumentError("task regression for folders of pictures: expected classification");
  const Source source{folder.string(), {}};
  const std::vector<PictureFile> files = find_pictures(folder, like != nullptr);
  SampleData data;
  read_pictures(data, files, source);
  const SamplePicture picture = *data.picture;
  if (like != nullptr) require_same_inputs(source, data.inputs.cols(), picture, *like);
  encode_inputs(data, source, options.missing, like, [&](Index sample, Index input) {
    const Index pixel = input / picture.channels;
    refuse({files[static_cast<std::size_t>(sample)].path.string(), {}},
           fmt::format("pixel ({}, {}) is transparent: {}", pixel / picture.width,
                       pixel % picture.width, missing_advice));
  });
  if (files.front().label.empty()) {
    set_no_targets(data, *like);
    return data;
  }
  if (like != nullptr && like->task == Task::regression) {
    refuse(source,
           "holds folders of classes, but the model predicts numbers: expected pictures "
           "alone");
  }
  std::vector<std::string> labels;
  labels.reserve(files.size());
  for (const PictureFile& file : files) labels.push_back(file.label);
  if (like == nullptr) data.target_names = {"class"};
  set_labels(data, source, labels, like);
  return data;
}

}  // namespace hadal::io
