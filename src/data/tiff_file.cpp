#include "tiff_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <limits>
#include <new>

#include "hadal/error.hpp"

namespace hadal::io {
namespace {

/// The first message is kept: what follows it is a consequence.
void keep(std::array<char, 256>& text, const char* format, va_list values) {
  if (text[0] == '\0') std::vsnprintf(text.data(), text.size(), format, values);
}

class OpenOptions {
 public:
  OpenOptions(void* state, TIFFErrorHandlerExtR on_error, TIFFErrorHandlerExtR on_warning)
      : options_(TIFFOpenOptionsAlloc()) {
    if (options_ == nullptr) throw std::bad_alloc();
    TIFFOpenOptionsSetErrorHandlerExtR(options_, on_error, state);
    TIFFOpenOptionsSetWarningHandlerExtR(options_, on_warning, state);
  }
  ~OpenOptions() { TIFFOpenOptionsFree(options_); }
  OpenOptions(const OpenOptions&) = delete;
  OpenOptions& operator=(const OpenOptions&) = delete;
  operator TIFFOpenOptions*() const { return options_; }

  /// Of one block of memory that libtiff takes.
  void limit_memory(std::uint64_t bytes) {
    constexpr std::uint64_t most = std::numeric_limits<tmsize_t>::max();
    TIFFOpenOptionsSetMaxSingleMemAlloc(options_, static_cast<tmsize_t>(std::min(bytes, most)));
  }

 private:
  TIFFOpenOptions* options_;
};

std::uint64_t memory_for(std::uint64_t file_size) {
  constexpr std::uint64_t always = std::uint64_t{1} << 20;
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(file_size, most_tiff_expansion, &bytes)) return ~std::uint64_t{0};
  return std::max(bytes, always);
}

tmsize_t write_nothing(thandle_t, void*, tmsize_t) { return 0; }
int close_nothing(thandle_t) { return 0; }

}  // namespace

TiffFile::TiffFile(const Source& source) {
  state_->bytes = source.bytes;
  OpenOptions options(state_.get(), on_error, on_warning);
  options.limit_memory(memory_for(source.bytes.size()));
  const auto size = [](thandle_t handle) -> toff_t {
    return static_cast<const State*>(handle)->bytes.size();
  };
  // m: no mapping of its own; c: strips as they are in the file.
  tiff_.reset(TIFFClientOpenExt(source.name.c_str(), "rmc", state_.get(), read, write_nothing, seek,
                                close_nothing, size, nullptr, nullptr, options));
  if (tiff_) return;
  if (error().empty()) refuse(source, "holds no page: expected at least one");
  refuse(source, fmt::format("{}: expected a complete, undamaged TIFF", error()));
}

TiffFile::TiffFile(const std::filesystem::path& path, bool big) {
  const OpenOptions options(state_.get(), on_error, on_warning);
  tiff_.reset(TIFFOpenExt(path.c_str(), big ? "w8" : "w", options));
  if (!tiff_) throw Error(fmt::format("{}: cannot be written: {}", path.string(), error()));
}

void TiffFile::forget_messages() {
  state_->error[0] = '\0';
  state_->warning[0] = '\0';
}

int TiffFile::on_error(TIFF*, void* state, const char*, const char* format, va_list values) {
  keep(static_cast<State*>(state)->error, format, values);
  return 1;
}

int TiffFile::on_warning(TIFF*, void* state, const char*, const char* format, va_list values) {
  keep(static_cast<State*>(state)->warning, format, values);
  return 1;
}

tmsize_t TiffFile::read(thandle_t handle, void* target, tmsize_t count) {
  auto& state = *static_cast<State*>(handle);
  if (count <= 0 || state.position >= state.bytes.size()) return 0;
  const std::uint64_t left = state.bytes.size() - state.position;
  const std::uint64_t taken = std::min(left, static_cast<std::uint64_t>(count));
  std::memcpy(target, state.bytes.data() + state.position, taken);
  state.position += taken;
  return static_cast<tmsize_t>(taken);
}

toff_t TiffFile::seek(thandle_t handle, toff_t offset, int from) {
  auto& state = *static_cast<State*>(handle);
  if (from == SEEK_CUR) offset += state.position;
  if (from == SEEK_END) offset += state.bytes.size();
  return state.position = offset;
}

}  // namespace hadal::io
