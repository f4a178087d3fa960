#pragma once

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

/// Runs the built program as a user does, in a folder of the test's own.
namespace hadal::test {

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

struct Result {
  int code = -1;
  std::string out, err;
};

/// The text between quotes that a shell takes as one word.
inline std::string quoted(const std::string& word) { return "'" + word + "'"; }

class CommandTest : public testing::Test {
 protected:
  CommandTest() {
    std::string name = (std::filesystem::temp_directory_path() / "hadal_cli_XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    folder_ = name;
  }
  ~CommandTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::filesystem::path file(const std::string& name) const { return folder_ / name; }
  std::string text_of(const std::string& name) const { return read_text(file(name)); }
  nlohmann::json json_of(const std::string& name) const {
    return nlohmann::json::parse(text_of(name));
  }
  bool exists(const std::string& name) const { return std::filesystem::exists(file(name)); }

  /// A line of shell, with its standard input at its end.
  Result shell(const std::string& line) const {
    const auto out = file(".out"), err = file(".err");
    const std::string command = "cd " + quoted(folder_.string()) + " && (" + line + ") >" +
                                quoted(out.string()) + " 2>" + quoted(err.string()) + " </dev/null";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(out), read_text(err)};
  }

  Result hadal(const std::string& arguments) const {
    return shell(quoted(HADAL_BINARY) + " " + arguments);
  }

  /// The same, where the test makes no sense unless it succeeds.
  Result done(const std::string& arguments) const {
    const Result result = hadal(arguments);
    if (result.code != 0) {
      throw std::runtime_error("hadal " + arguments + " ended with " + std::to_string(result.code) +
                               ": " + result.err);
    }
    return result;
  }

  /// data.csv: 40 x 30, rank 2, half of it observed.
  void simulate(const std::string& more = "") const {
    done("simulate matrix --rows 40 --columns 30 --rank 2 --observed 0.5 --seed 7 --out data.csv " +
         more);
  }

  std::filesystem::path folder_;
};

}  // namespace hadal::test
